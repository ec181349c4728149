"""Generators of standalone apps for boards."""
