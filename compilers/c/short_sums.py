"""Sums of two 8-bit integers with factors so short that 32 bits suffice.

    clip((first * a + second * b + offset) >> shift, low, high)

equals a node's exact sum for every pair (a, b). All pairs are tried: there are 65536 at most.

Some processors multiply by a factor's bits from the 16th on, rounded, in instructions that take two
unsigned bytes, two signed bytes, and add both products in 16 bits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

__all__ = ["ShortSum", "short_sum"]

_INT32_MAX = 2**31 - 1
_INT8_MAX, _INT16_MAX, _UINT8_MAX = 127, 2**15 - 1, 255
_SHORTER = 3  # shifts that are tried
_NEARBY = sorted(product(range(-2, 3), repeat=2), key=lambda steps: sum(map(abs, steps)))


@dataclass(frozen=True)
class ShortSum:
    """The constants above."""

    first: int
    second: int
    offset: int
    shift: int


def short_sum(
    levels: NDArray[np.int64],
    limits: tuple[int, ...],
    operands: tuple[NDArray[np.int64], NDArray[np.int64]],
    factors: tuple[float, float],
) -> ShortSum | None:
    """Return constants that give `levels`, or None if none are found, as where ties go to even.

    levels: [A, B], clipped.  limits: low and high, which levels need not reach.  operands: all
    values of a [A] and b [B].  factors: real ones of both.
    """
    for shift in _shifts(factors):
        for steps in _NEARBY:
            first, second = (
                round(factor * 2**shift) + step for factor, step in zip(factors, steps, strict=True)
            )
            if not _fit_bytes(first, second):
                continue
            sums = first * operands[0][:, None] + second * operands[1][None, :]
            offset = _offset(sums, levels, limits, shift)
            if offset is not None and np.abs(sums + offset).max() <= _INT32_MAX:
                return ShortSum(first, second, offset, shift)
    return None


def _shifts(factors: tuple[float, float]) -> Iterator[int]:
    """Yield the largest shifts whose sums have about 32 bits, also of unsigned bytes."""
    reach = sum(abs(factor) * _UINT8_MAX + 1 for factor in factors)
    largest = int(np.log2(_INT32_MAX / reach))
    yield from range(min(largest, 30), max(largest - _SHORTER, 0), -1)


def _fit_bytes(first: int, second: int) -> bool:
    """Whether both factors' upper bits are bytes whose products have 16 bits."""
    upper = [abs(factor + (1 << 15) >> 16) for factor in (first, second)]
    return max(upper) <= _INT8_MAX and sum(upper) * _UINT8_MAX <= _INT16_MAX


def _offset(
    sums: NDArray[np.int64], levels: NDArray[np.int64], limits: tuple[int, ...], shift: int
) -> int | None:
    """Return an offset for which (sums + offset) >> shift gives the clipped levels, if any.

    A level is met from level * 2**shift on, the lowest limit by all smaller sums, too.
    """
    low, high = limits
    starts = levels << shift
    least = (starts - sums)[levels > low].max(initial=-_INT32_MAX)
    most = (starts + (1 << shift) - 1 - sums)[levels < high].min(initial=_INT32_MAX)
    return int(least + most) // 2 if least <= most else None
