"""Integer requantization: the only place that turns real factors into multiplier and shift.

real factor ~ multiplier * 2**-shift with an int32 multiplier, as in Jacob et al. 2018,
"Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference",
section 2.2; here the multiplier is in [2**30, 2**31), so a power of two is exact. It has 24
significant bits, as many as a float32, so that a fused multiply-add of floats can replace the
product of 64 bits. A factor below 2**-32, of a channel whose weights are almost zero, has fewer
bits, since no shift is above 62.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import QuantizeError

__all__ = [
    "STAGE_BITS",
    "TWO_STAGE",
    "fix_aligned",
    "fix_factors",
    "rescale",
    "round_divide",
    "round_shift",
    "saturate",
]

TWO_STAGE = "two_stage"
"""Rounding of tensors that the K210's KPU stores; here it means ties to even."""

STAGE_BITS = 14
"""Fraction bits between its two roundings (compilers.op_parts.two_stage)."""

_TIES_TO_EVEN = ("half_even", TWO_STAGE)

_MULTIPLIER_BITS = 31
_SIGNIFICANT_BITS = 24
_SHIFT_MAX = 62
_PRODUCT_END = 1 << 31  # sums below it times a multiplier fit 64 bits


def fix_factors(
    factors: Sequence[float],
    bits: int = _MULTIPLIER_BITS,
    shifts: tuple[int, int] = (1, _SHIFT_MAX),
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return (multipliers, shifts), a pair for each positive real factor (conv channels).

    bits: of the multipliers.  shifts: the least and largest one allowed.
    """
    pairs = [_fix(factor, bits, shifts) for factor in factors]
    return tuple(multiplier for multiplier, _ in pairs), tuple(shift for _, shift in pairs)


def fix_aligned(factors: Sequence[float]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return (multipliers, (shift,)) with a single shift, so that a sum is rounded only once."""
    _, shift = _fix(max(factors))
    return tuple(round(math.ldexp(factor, shift)) for factor in factors), (shift,)


def rescale(
    accumulator: NDArray[np.int64],
    multiplier: "NDArray[np.int64] | int",
    shift: "NDArray[np.int64] | int",
    rounding: str,
) -> NDArray[np.int64]:
    """Return round(accumulator * multiplier / 2**shift), exactly, with ties per `rounding`.

    |accumulator| < 2**47; from 2**31 on, only with multipliers of `fix_factors`. Multipliers and
    shifts broadcast against it. Results beyond 32 bits are only guaranteed to be beyond 32 bits.
    rounding: 'half_even' (ONNX QuantizeLinear), 'half_up' (floor(x + 0.5), the DPU's), or
    TWO_STAGE.
    """
    sums, factor = np.asarray(accumulator, np.int64), np.asarray(multiplier, np.int64)
    bits = np.asarray(shift, np.int64)
    if sums.min(initial=0) > -_PRODUCT_END and sums.max(initial=0) < _PRODUCT_END:
        return round_shift(sums * factor, bits, rounding)
    is_wide = np.abs(sums) >= _PRODUCT_END
    narrow = round_shift(np.where(is_wide, 0, sums) * factor, bits, rounding)
    return np.where(is_wide, _rescale_wide(sums, factor, bits, rounding), narrow)


def _rescale_wide(
    sums: NDArray[np.int64], factor: NDArray[np.int64], shift: NDArray[np.int64], rounding: str
) -> NDArray[np.int64]:
    """Return `rescale` of sums whose products exceed 64 bits, with the lowest 16 kept apart.

    sums * factor = high * 2**16 + low, 0 <= low < 2**16. With a shift of 16 or less the result
    exceeds any tensor's range, so the shift is at least 17 here.
    """
    low = (sums & 0xFFFF) * factor
    high = (sums >> 16) * factor + (low >> 16)
    left = np.maximum(shift - 16, 1)
    half = np.left_shift(np.int64(1), left - 1)
    rounded: NDArray[np.int64] = (high + half) >> left
    if rounding in _TIES_TO_EVEN:
        tie = (low & 0xFFFF == 0) & (high & (2 * half - 1) == half)
        rounded = np.where(tie, rounded & ~1, rounded)
    return rounded


def round_shift(
    product: NDArray[np.int64], shift: "NDArray[np.int64] | int", rounding: str
) -> NDArray[np.int64]:
    """Return round(product / 2**shift) for shift >= 1, with ties per `rounding`."""
    half = np.left_shift(np.int64(1), np.asarray(shift, np.int64) - 1)
    above = np.add(product, half, dtype=np.int64)
    rounded: NDArray[np.int64] = np.right_shift(above, shift)
    if rounding in _TIES_TO_EVEN:
        tie = (above & (2 * half - 1)) == 0
        rounded = rounded - (tie & rounded)  # a tie went up: back to the even one
    return rounded


def round_divide(
    numerator: NDArray[np.int64], divisor: "NDArray[np.int64] | int", rounding: str
) -> NDArray[np.int64]:
    """Return round(numerator / divisor) for divisor >= 1, with ties per `rounding`."""
    doubled = 2 * np.asarray(divisor, np.int64)
    rounded, remainder = np.divmod(2 * np.asarray(numerator, np.int64) + divisor, doubled)
    if rounding in _TIES_TO_EVEN:
        rounded = rounded - np.where(remainder == 0, rounded & 1, 0)
    return rounded


def saturate(values: NDArray[Any], low: int, high: int, dtype: str) -> NDArray[Any]:
    """Clip to [low, high] and return in the storage type (int4 is held in int8)."""
    storage = {"int4": "int8", "uint4": "uint8"}.get(dtype, dtype)
    clipped: NDArray[Any] = np.clip(values, low, high).astype(storage)
    return clipped


def _fix(
    factor: float, bits: int = _MULTIPLIER_BITS, shifts: tuple[int, int] = (1, _SHIFT_MAX)
) -> tuple[int, int]:
    if not (factor > 0 and math.isfinite(factor)):
        raise QuantizeError(f"scale ratio {factor} is not positive and finite; recalibrate")
    mantissa, exponent = math.frexp(factor)
    spare = max(bits - _SIGNIFICANT_BITS, 0)
    multiplier = round(math.ldexp(mantissa, bits - spare)) << spare
    if multiplier == 1 << bits:
        multiplier, exponent = multiplier // 2, exponent + 1
    shift, (least, largest) = bits - exponent, shifts
    if shift < least:
        raise QuantizeError(
            f"scale ratio {factor} needs a shift of {shift}; allowed are {least} to {largest}: "
            "the scales of neighbouring tensors are too far apart, recalibrate"
        )
    if shift > largest:
        return round(math.ldexp(factor, largest)), largest
    return multiplier, shift
