"""Boards as data, and executors that run an artifact on this machine."""
