"""The built-in apps, and their parts: a module for each family of boards."""
