"""Names for new tensors."""

from collections.abc import Container
from itertools import count

__all__ = ["fresh_name"]


def fresh_name(wish: str, taken: Container[str]) -> str:
    """Return the wish, with a number appended if it is taken; deterministic."""
    if wish not in taken:
        return wish
    return next(name for number in count(1) if (name := f"{wish}.{number}") not in taken)
