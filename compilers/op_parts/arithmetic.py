"""Arithmetic of quantized ops: reals to integers, the fused clamp, accumulators to integers.

Affine quantization follows ONNX QuantizeLinear and DequantizeLinear, with division, rounding and
product in float32, and the zero point added after rounding:

q = saturate(round(x / scale) + zero_point)

Attribute 'clamp' = (low, high) is a fused ReLU, ReLU6 or clip: reals, infinite if open.

An accumulator is converted to the stored integers by

y = clip(round(acc * multiplier * 2**-shift) + z_out, *range)

The accumulator of conv and dense is

acc[k] = sum((x - z_in) * (w[k] - z_w[k])) + bias[k] * 2**bias_shift[k]    (int32)

with s_in * s_w[k] / s_out as the factor of channel k: see Jacob et al. 2018, "Quantization and
Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", section 2.2.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.two_stage import fix_two_stage, store_two_stage
from zoo.errors import QuantizeError
from zoo.fixed_point import STAGE_BITS, TWO_STAGE, fix_factors, rescale, saturate
from zoo.graph import Node, Quantization, Tensor, quantization_of

if TYPE_CHECKING:
    import torch

__all__ = [
    "OPEN",
    "Bounds",
    "centred",
    "clamp_of",
    "clamp_reals",
    "clamp_torch",
    "dequantize",
    "factors",
    "fix_ratio",
    "fix_storing",
    "fix_sum",
    "gain_of_sum",
    "integer_range",
    "quantize",
    "quantize_real",
    "shifted_bias",
    "store",
]

Bounds = tuple[float, float]

OPEN: Bounds = (-np.inf, np.inf)


def quantize(reals: NDArray[Any], quantization: Quantization) -> NDArray[Any]:
    """Return integers of the storage type, saturated to the quantization's range."""
    levels = np.asarray(reals, np.float32) / _scales(quantization, reals.ndim)
    rounded = np.rint(levels)
    if quantization.rounding == "half_up":
        rounded = np.floor(levels + np.float32(0.5))
    shifted = rounded.astype(np.float64) + _zero_points(quantization, reals.ndim)
    # numpy turns arrays without axes into scalars.
    return np.asarray(saturate(shifted, quantization.qmin, quantization.qmax, quantization.dtype))


def dequantize(integers: NDArray[Any], quantization: Quantization) -> NDArray[np.float32]:
    """Return scale * (q - zero_point) in float32."""
    rank = integers.ndim
    levels = integers.astype(np.int64) - _zero_points(quantization, rank)
    reals: NDArray[np.float32] = levels.astype(np.float32) * _scales(quantization, rank)
    return reals


def centred(integers: NDArray[Any], tensor: Tensor) -> NDArray[np.int64]:
    """Return q - zero_point as int64."""
    zeros = _zero_points(quantization_of(tensor), integers.ndim)
    levels: NDArray[np.int64] = np.subtract(integers, zeros, dtype=np.int64)
    return levels


def centred_reals(integers: NDArray[Any], tensor: Tensor) -> NDArray[np.float64]:
    """Return q - zero_point as float64, which is exact, and which BLAS multiplies fast."""
    zeros = _zero_points(quantization_of(tensor), integers.ndim)
    levels: NDArray[np.float64] = np.subtract(integers, zeros, dtype=np.float64)
    return levels


def quantize_real(real: float, quantization: Quantization) -> int:
    """Return the integer that represents a real; infinities saturate."""
    return int(quantize(np.array(real, np.float32), quantization))


def clamp_of(node: Node) -> Bounds:
    """Return the node's bounds, infinite if nothing is fused."""
    return cast(Bounds, node.attributes.get("clamp", OPEN))


def clamp_reals(node: Node, reals: NDArray[Any]) -> NDArray[Any]:
    """Clip the reals to the node's bounds."""
    low, high = clamp_of(node)
    if (low, high) == OPEN:
        return reals
    clamped: NDArray[Any] = np.clip(reals, np.float32(low), np.float32(high))
    return clamped


def clamp_torch(node: Node, reals: "torch.Tensor") -> "torch.Tensor":
    """Clip the reals like `clamp_reals`; the gradient passes at the bounds."""
    low, high = clamp_of(node)
    return reals if (low, high) == OPEN else reals.clamp(low, high)


def integer_range(node: Node, quantization: Quantization) -> tuple[int, int]:
    """Return the lowest and highest integer of the output: integer['range'].

    Rounding is monotone, hence round(clip(x, a, b)) = clip(round(x), round(a), round(b)).
    """
    low, high = clamp_of(node)
    return quantize_real(low, quantization), quantize_real(high, quantization)


def fix_ratio(node: Node, scale: float, output: Tensor) -> Mapping[str, tuple[int, ...]]:
    """Return multiplier and shift of scale / s_out, and the range; scale: the accumulator's."""
    stored = quantization_of(output)
    multiplier, shift = fix_factors([scale / stored.scale[0]])
    return {"multiplier": multiplier, "shift": shift, "range": integer_range(node, stored)}


def fix_storing(
    node: Node, scales: Sequence[float], output: Tensor
) -> Mapping[str, tuple[int, ...]]:
    """Return multipliers and shifts of the accumulator's scales, and the range.

    Or the constants of compilers.op_parts.two_stage, if the output is stored that way.
    """
    stored = quantization_of(output)
    ratios, limits = [scale / stored.scale[0] for scale in scales], integer_range(node, stored)
    if stored.rounding == TWO_STAGE:
        return fix_two_stage(ratios, limits, stored)
    multiplier, shift = fix_factors(ratios)
    return {"multiplier": multiplier, "shift": shift, "range": limits}


def factors(node: Node) -> NDArray[np.float64]:
    """Return multiplier * 2**-shift for each of the node's pairs."""
    prefix, after = ("bn_", STAGE_BITS) if "bn_shift" in node.integer else ("", 0)
    multiplier = np.array(node.integer[f"{prefix}multiplier"])
    shift = np.array(node.integer[f"{prefix}shift"]) + after
    real: NDArray[np.float64] = np.ldexp(multiplier.astype(np.float64), -shift)
    return real


def store(
    node: Node, accumulator: NDArray[Any], output: Tensor, along: tuple[int, ...] = (-1,)
) -> NDArray[Any]:
    """Return the output's integers. along: shape in which the factors broadcast."""
    if "bn_shift" in node.integer:
        return store_two_stage(node, accumulator, (0,), along)
    multiplier = np.array(node.integer["multiplier"], np.int64).reshape(along)
    shift = np.array(node.integer["shift"], np.int64).reshape(along)
    stored = quantization_of(output)
    low, high = node.integer["range"]
    levels = rescale(accumulator, multiplier, shift, stored.rounding)
    return saturate(levels + stored.zero_point[0], low, high, stored.dtype)


def fix_sum(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Mapping[str, tuple[int, ...]]:
    """Return multiplier and shift for each of K channels, range, and bias_shift if nonzero.

    Or the constants of compilers.op_parts.two_stage, if the output is stored that way.
    inputs: x, weight with the channels on axis 0, and optionally a bias.
    """
    source, weight = quantization_of(inputs[0]), quantization_of(inputs[1])
    if weight.axis not in (None, 0):
        raise QuantizeError(
            f"node '{node.name}' ({node.op}): weight '{inputs[1].name}' has scales along axis "
            f"{weight.axis}; only one scale, or one per output channel (axis 0), is supported"
        )
    channels = int(inputs[1].shape[0])
    sums = _per_channel([source.scale[0] * scale for scale in weight.scale], channels)
    integers = dict(fix_storing(node, sums, output))
    if len(inputs) > 2:
        bias = _per_channel(quantization_of(inputs[2]).scale, channels)
        shifts = tuple(_bias_shift(node, *pair) for pair in zip(bias, sums, strict=True))
        if any(shifts):
            integers["bias_shift"] = shifts
    return integers


def gain_of_sum(node: Node, inputs: Sequence[Tensor]) -> tuple[float, ...]:
    """Return zoo.op.Op.gain: for x the largest sum over a channel's |w - z_w|, in output steps.

    The weight's gain is included.
    """
    weights = np.abs(centred(np.asarray(inputs[1].data), inputs[1]))
    of_x = weights.reshape(len(weights), -1).sum(axis=1) * factors(node)
    of_bias = np.ldexp(factors(node), np.array(node.integer.get("bias_shift", (0,))))
    return (float(of_x.max()), 0.0, float(of_bias.max()))[: len(inputs)]


def shifted_bias(node: Node, bias: NDArray[Any]) -> NDArray[np.int64]:
    """Return the bias [K] in steps of the accumulator."""
    shifts = np.array(node.integer.get("bias_shift", (0,)), np.int64)
    return np.left_shift(bias.astype(np.int64), shifts)


def _zero_points(quantization: Quantization, rank: int) -> NDArray[np.int64]:
    return _along_axis(np.array(quantization.zero_point, np.int64), quantization, rank)


def _scales(quantization: Quantization, rank: int) -> NDArray[np.float32]:
    return _along_axis(np.array(quantization.scale, np.float32), quantization, rank)


def _along_axis(values: NDArray[Any], quantization: Quantization, rank: int) -> NDArray[Any]:
    if quantization.axis is None:
        return values.reshape((1,) * rank)
    shape = [1] * rank
    shape[quantization.axis] = len(values)
    return values.reshape(shape)


def _per_channel(scales: Sequence[float], channels: int) -> list[float]:
    return list(scales) if len(scales) == channels else [scales[0]] * channels


def _bias_shift(node: Node, bias_scale: float, sum_scale: float) -> int:
    ratio = bias_scale / sum_scale
    shift = round(math.log2(ratio)) if ratio > 0 else -1
    # Scales are float32, so the product s_in * s_w is only accurate to about 2**-23.
    if shift < 0 or not math.isclose(ratio, 2.0**shift, rel_tol=1e-6):
        raise QuantizeError(
            f"node '{node.name}' ({node.op}): the bias has {ratio:g} times the scale of input * "
            "weight; only 1, 2, 4, 8, ... are supported: give the bias the scale "
            f"{sum_scale:g}"
        )
    return shift
