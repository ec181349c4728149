"""Boards as data, and the programs that run an artifact on this machine."""
