"""Exact reals: float64 arrays over one integer divisor."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Reals", "join"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Reals:
    """values = numerator / divisor.

    Integers over powers of two are exact in float64, a mean over 49 pixels is not: it stays a sum
    and a divisor of 49 until it is rounded.
    """

    numerator: Array
    divisor: int = 1

    def plus(self, other: "Reals") -> "Reals":
        """Return the sum; shapes broadcast."""
        first, second = _aligned((self, other))
        return Reals(first.numerator + second.numerator, first.divisor)

    def times(self, other: "Reals") -> "Reals":
        """Return the product; shapes broadcast."""
        return Reals(self.numerator * other.numerator, self.divisor * other.divisor)

    def clip(self, low: float, high: float) -> "Reals":
        """Return the values clipped to integer or infinite bounds."""
        bounds = low * self.divisor, high * self.divisor
        return Reals(np.clip(self.numerator, *bounds), self.divisor)

    def round_half_up(self, fix_point: int) -> Array:
        """Return floor(values * 2**fix_point + 1 / 2)."""
        doubled = np.ldexp(self.numerator, fix_point + 1) + self.divisor
        levels: Array = np.floor_divide(doubled, 2 * self.divisor)
        return levels


def join(parts: list[Reals], axis: int) -> Reals:
    """Return the concatenation."""
    aligned = _aligned(parts)
    joined = np.concatenate([part.numerator for part in aligned], axis)
    return Reals(joined, aligned[0].divisor)


def _aligned(parts: "tuple[Reals, ...] | list[Reals]") -> list[Reals]:
    """Return the same values with a common divisor."""
    divisor = math.lcm(*(part.divisor for part in parts))
    return [Reals(part.numerator * (divisor // part.divisor), divisor) for part in parts]
