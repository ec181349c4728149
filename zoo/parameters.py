"""Type checks of contract parameters."""

import math

__all__ = ["is_integer", "is_integers", "is_number", "is_numbers"]


def is_number(value: object) -> bool:
    """Return whether value is a finite int or float, not a bool."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_numbers(value: object) -> bool:
    """Return whether value is a non-empty list of numbers."""
    return isinstance(value, list | tuple) and bool(value) and all(map(is_number, value))


def is_integer(value: object) -> bool:
    """Return whether value is an int, not a bool."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_integers(value: object) -> bool:
    """Return whether value is a non-empty list of integers."""
    return isinstance(value, list | tuple) and bool(value) and all(map(is_integer, value))
