"""Names for new tensors."""

from collections.abc import Container
from itertools import count

__all__ = ["fresh_name", "reserve_name"]


def fresh_name(wish: str, taken: Container[str]) -> str:
    """Return the wish, with a number appended if it is taken; deterministic."""
    if wish not in taken:
        return wish
    return next(name for number in count(1) if (name := f"{wish}.{number}") not in taken)


def reserve_name(wish: str, taken: set[str]) -> str:
    """Return a fresh name and add it to the taken ones."""
    name = fresh_name(wish, taken)
    taken.add(name)
    return name
