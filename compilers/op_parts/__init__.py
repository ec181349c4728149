"""Shared by op files, passes and the quantizer: integer arithmetic, windows, checks."""
