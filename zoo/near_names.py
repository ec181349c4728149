"""Names that are similar to a word: for messages about unknown ones."""

from collections.abc import Iterable

__all__ = ["near_names"]

_SUGGESTED = 3
_LONG = 6
"""Letters from which on two slips are likely in one word."""


def near_names(name: str, names: Iterable[str]) -> list[str]:
    """Return similar names: those that start with this one, or else similarly spelled ones."""
    word = name.lower()
    longer = [known for known in names if len(word) > 1 and known.lower().startswith(word)]
    if longer:
        return sorted(longer, key=len)[:_SUGGESTED]
    slips = {known: _slips(word, known.lower()) for known in names}
    near = [known for known, count in slips.items() if count <= _allowed(word, known)]
    return sorted(near, key=lambda known: slips[known])[:_SUGGESTED]


def _allowed(name: str, known: str) -> int:
    """Return how many typos a similar word may have."""
    length = max(len(name), len(known))
    return 2 if length >= _LONG else min(1, length - 1)


def _slips(one: str, other: str) -> int:
    """Return how many letters are wrong, missing, too many or swapped (Damerau 1964)."""
    before, last = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            count = min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and (a, one[i - 2]) == (other[j - 2], b):
                count = min(count, before[j - 2] + 1)
            row.append(count)
        before, last = last, row
    return last[-1]
