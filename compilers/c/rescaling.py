"""From sums to stored integers: a node's arithmetic, and its kernel's settings.

y = clip(round(sum * multiplier / 2**shift) + zero_point, low, high)

Kernels compute it in one of four ways, each exact where it is used:
HALF_EVEN  int64 product, ties to even.
HALF_UP    int64 product, ties up. Also for half_even if no sum can be a tie.
HIGH_WORD  only the product's upper 32 bits, for shifts of at least 33: the half added before
           shifting then has no lower bits. Smaller shifts are increased by doubling the sums, if
           these have spare bits: sum * 2**d * multiplier / 2**(shift + d).
SHIFT      no product, for powers of two: (sum + half) >> shift in 32 bits, ties up.

Where sums and multipliers have at most 24 bits, processors with a fused multiply-add of float32
round in that one instruction instead, ties to even ('fits_float').

Sums of values of 16 bits may have more than 32 bits, up to about 38: their products with 24
significant bits of a multiplier fit 64 bits ('wide_per_channel').

TWO_STAGE is another arithmetic, that of a K210's KPU (compilers.op_parts.two_stage).
"""

from collections.abc import Mapping, Sequence
from math import frexp

import numpy as np
from numpy.typing import NDArray

from compilers.c.kernel_view import KernelView
from compilers.c.storage import is_wide
from zoo.c_program import Setting
from zoo.fixed_point import STAGE_BITS
from zoo.graph import Quantization, bits_of

__all__ = [
    "activated",
    "per_channel",
    "reach",
    "requantize_kernel",
    "rounding_of",
    "short_factors",
    "single_factor",
    "stored_range",
    "two_stage",
    "wide_per_channel",
]

_HIGH_WORD_SHIFT = 33
_LARGEST_SHIFT = 64
_INT32_MAX = 2**31 - 1
_POWER_SHIFT = 30  # a multiplier of 2**30 shifts by the rest
_FLOAT_BITS = 24  # of a float32's significand
_SPARE_BITS = 31 - _FLOAT_BITS
_LEVELS_END = 1 << 22  # of levels that a float32 of 1.5 * 2**23 can be added to
_PRODUCT_BITS = 62
_TABLE_SIZE = 256  # of values of 8 bits
_MANY = 4 * _TABLE_SIZE


def requantize_kernel(dtype: str, count: int) -> str:
    """Return the kernel that rescales `count` values: by a table, if each byte is there often."""
    return "requantize_table" if bits_of(dtype) == 8 and count >= _MANY else "requantize"


def per_channel(view: KernelView, bounds: Sequence[int]) -> Mapping[str, Setting]:
    """Return the settings of weighted sums. bounds: largest |sum| of each channel."""
    multiplier, shift = view.fixed("multiplier"), view.fixed("shift")
    rounding = rounding_of(view, multiplier, shift, bounds)
    limits = stored_range(view, view.fixed("range"))
    if rounding != "NETWORK_HALF_EVEN" and _are_shifts(multiplier, shift, bounds):
        shift = tuple(each - _POWER_SHIFT for each in shift)
        return {
            "sum_factor": 1,
            "multiplier": 0,
            "shift": view.constant("shift", "uint8_t", shift),
            **limits,
            "rounding": "NETWORK_SHIFT",
            "fits_float": 0,
        }
    doublings = _doublings(shift, bounds) if rounding == "NETWORK_HALF_UP" else 0
    return {
        "sum_factor": 2**doublings,
        "multiplier": view.constant("multiplier", "int32_t", multiplier),
        "shift": view.constant("shift", "uint8_t", [each + doublings for each in shift]),
        **limits,
        "rounding": "NETWORK_HIGH_WORD" if doublings else rounding,
        "fits_float": int(_fits_float(view, multiplier, shift, bounds)),
    }


def wide_per_channel(view: KernelView, bounds: Sequence[int]) -> Mapping[str, Setting]:
    """Return the settings of weighted sums in 64 bits. bounds: largest |sum| of each channel."""
    multiplier, shift = short_factors(view, bounds)
    ties = view.output_grid.rounding != "half_up"
    return {
        "sum_factor": 1,
        "multiplier": view.constant("multiplier", "int32_t", multiplier),
        "shift": view.constant("shift", "uint8_t", shift),
        **stored_range(view, view.fixed("range")),
        "rounding": "NETWORK_HALF_EVEN" if ties else "NETWORK_HALF_UP",
        "fits_float": 0,
    }


def short_factors(view: KernelView, bounds: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return the node's multipliers and shifts without common factors of 2.

    bounds: largest |sum| of each; refuses those whose product may have more than 64 bits.
    """
    multipliers, shifts = [], []
    fixed = zip(view.fixed("multiplier"), view.fixed("shift"), bounds, strict=True)
    for multiplier, shift, bound in fixed:
        spare = min(_twos(multiplier), shift - 1) if multiplier else 0
        if bound * abs(multiplier >> spare) >= 1 << _PRODUCT_BITS:
            view.refuse(
                f"its sums may have {bound.bit_length()} bits, too many to be rescaled in 64",
                "split the layer, or quantize what it reads to 8 bits",
            )
        multipliers.append(multiplier >> spare)
        shifts.append(shift - spare)
    return multipliers, shifts


def single_factor(
    view: KernelView, multiplier: int, shift: int, bound: int, limits: tuple[int, ...]
) -> Mapping[str, Setting]:
    """Return the settings of one factor for all elements."""
    return {
        "multiplier": multiplier,
        "shift": shift,
        **stored_range(view, limits),
        "rounding": rounding_of(view, (multiplier,), (shift,), (bound,)),
    }


def two_stage(view: KernelView, bias: NDArray[np.int64]) -> Mapping[str, Setting]:
    """Return the settings of weighted sums stored in two stages. bias: [K], added last."""
    multiplier, shift = (np.array(view.fixed(f"bn_{key}")) for key in ("multiplier", "shift"))
    add = (bias * multiplier + (np.int64(1) << shift >> 1)) >> shift
    return {
        "sum_factor": 1,
        "multiplier": view.constant("multiplier", "int32_t", multiplier),
        "shift": view.constant("shift", "uint8_t", shift),
        "add": view.constant("add", "int32_t", add),
        **activated(view),
        "rounding": "NETWORK_TWO_STAGE",
        "fits_float": 0,
    }


def activated(view: KernelView) -> Mapping[str, Setting]:
    """Return zero point and bounds of the output from its table; refuses all but clamps."""
    starts, slopes = view.fixed("table_start"), view.fixed("table_multiplier")
    low, _, high, *_ = view.fixed("table_bias")
    zero_point = view.output_grid.zero_point[0]
    clamp = tuple((level - zero_point) << STAGE_BITS for level in (low, high))
    has_slope_1 = slopes[:3] == (0, 1, 0) and view.fixed("table_shift")[1] == STAGE_BITS
    if starts[1:3] != clamp or not has_slope_1:
        view.refuse("its activation table is not a clamp", "quantize the float network again")
    return {"zero_point": zero_point, "low": low, "high": high}


def reach(grid: Quantization) -> int:
    """Return the largest |q - z|."""
    zero_point = grid.zero_point[0]
    return max(grid.qmax - zero_point, zero_point - grid.qmin)


def stored_range(view: KernelView, limits: tuple[int, ...]) -> Mapping[str, Setting]:
    """Return zero point and bounds of the output."""
    low, high = limits
    return {"zero_point": view.output_grid.zero_point[0], "low": low, "high": high}


def rounding_of(
    view: KernelView, multipliers: Sequence[int], shifts: Sequence[int], bounds: Sequence[int]
) -> str:
    """Return the cheapest exact arithmetic's enumerator for sums up to `bounds`."""
    factors = list(zip(multipliers, shifts, bounds, strict=True))
    levels = _levels(view)
    if any((bound * abs(m)) >> shift > _INT32_MAX - levels for m, shift, bound in factors):
        view.refuse(
            "its result before saturation may have more than 32 bits",
            "the scales of neighbouring tensors are too far apart, recalibrate",
        )
    if view.output_grid.rounding != "half_up" and any(_may_tie(*f, levels) for f in factors):
        return "NETWORK_HALF_EVEN"
    if min(shifts) >= _HIGH_WORD_SHIFT:
        return "NETWORK_HIGH_WORD"
    return "NETWORK_HALF_UP"


def _doublings(shifts: Sequence[int], bounds: Sequence[int]) -> int:
    """Return the doublings of sums that make every shift large enough, 0 if impossible."""
    wanted = max(0, _HIGH_WORD_SHIFT - min(shifts))
    fits = max(bounds) << wanted <= _INT32_MAX and max(shifts) + wanted <= _LARGEST_SHIFT
    return wanted if fits else 0


def _are_shifts(multipliers: Sequence[int], shifts: Sequence[int], bounds: Sequence[int]) -> bool:
    """Whether all factors are 2**-n, n at least 1, and no sum plus its half exceeds 32 bits."""
    largest = max(shifts) - _POWER_SHIFT
    return (
        set(multipliers) == {1 << _POWER_SHIFT}
        and min(shifts) > _POWER_SHIFT
        and largest < _FLOAT_BITS
        and max(bounds) + (1 << largest) <= _INT32_MAX
    )


def _fits_float(
    view: KernelView, multipliers: Sequence[int], shifts: Sequence[int], bounds: Sequence[int]
) -> bool:
    """Whether float32 represents sums, factors and levels, and rounds ties as the output does."""
    factors = list(zip(multipliers, shifts, bounds, strict=True))
    levels = _levels(view)
    if view.output_grid.rounding == "half_up" and any(_may_tie(*f, levels) for f in factors):
        return False
    return max(bounds) < 1 << _FLOAT_BITS and all(
        m % (1 << _SPARE_BITS) == 0 and (bound * m) >> shift < _LEVELS_END
        for m, shift, bound in factors
    )


def _may_tie(multiplier: int, shift: int, bound: int, levels: int) -> bool:
    """Whether sum * multiplier can be an odd multiple of 2**(shift - 1) for some |sum| <= bound.

    Only of sums that are not clipped anyway. A sum has at most as many factors of 2 as its bound
    has bits.
    """
    # Levels from twice their number on are clipped, whatever the zero point.
    clipped = (2 * levels << shift) // abs(multiplier) if multiplier else 0
    _, bits = frexp(min(bound, clipped))
    return multiplier != 0 and _twos(multiplier) + max(bits - 1, 0) >= shift - 1


def _twos(number: int) -> int:
    """Return how often a number other than 0 can be halved."""
    return (number & -number).bit_length() - 1


def _levels(view: KernelView) -> int:
    """Return the number of levels that a stored value can have."""
    return 1 << 16 if is_wide(view.output) else 1 << 8
