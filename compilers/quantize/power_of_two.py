"""Power-of-two scales, scale = 2**-fix_point, and the candidate fix points.

The search follows Vitis AI's quantizer (its method "diffs"): beyond the finest fix point that does
not saturate, finer ones round better but saturate the largest values.
"""

import math
from dataclasses import replace

from zoo.graph import Quantization

__all__ = ["fix_point_of", "is_power_of_two", "with_fix_points", "worthwhile_fix_points"]

_FIX_POINT_MAX = 12
_CANDIDATES = 5


def worthwhile_fix_points(low: float, high: float, grid: Quantization) -> range:
    """Return the candidate fix points for values in [low, high], coarsest first.

    first = floor(log2(1 / max(low / (qmin - 0.5), high / (qmax + 0.5)))), which does not saturate.
    """
    largest = max(low / (grid.qmin - 0.5), high / (grid.qmax + 0.5))
    first = math.floor(-math.log2(largest)) if largest > 0 else _FIX_POINT_MAX
    first = min(first, _FIX_POINT_MAX)
    return range(first, min(first + _CANDIDATES, _FIX_POINT_MAX + 1))


def with_fix_points(grid: Quantization, *points: int) -> Quantization:
    """Return the grid with scales 2**-point and zero points 0."""
    scales = tuple(2.0**-point for point in points)
    return replace(grid, scale=scales, zero_point=(0,) * len(points))


def fix_point_of(grid: Quantization) -> int:
    """Return the fix point of a grid with one scale, a power of two."""
    return 1 - math.frexp(grid.scale[0])[1]


def is_power_of_two(scale: float) -> bool:
    """Whether a positive scale is 2**n for some integer n."""
    return math.frexp(scale)[0] == 0.5
