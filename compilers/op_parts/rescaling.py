"""From an accumulator to the integers that are stored, of any op, and of weighted sums.

y = clip(round(acc * multiplier * 2**-shift) + z_out, *range)

The accumulator of conv and dense is

acc[k] = sum((x - z_in) * (w[k] - z_w[k])) + bias[k] * 2**bias_shift[k]    (int32)

with s_in * s_w[k] / s_out as the factor of channel k: see Jacob et al. 2018, "Quantization and
Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", section 2.2.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.affine import centred, quantization_of
from compilers.op_parts.clamp import integer_range
from zoo.errors import QuantizeError
from zoo.fixed_point import fix_factors, rescale, saturate
from zoo.graph import Node, Tensor

__all__ = ["factors", "fix_ratio", "fix_sum", "gain_of_sum", "shifted_bias", "store"]


def fix_ratio(node: Node, scale: float, output: Tensor) -> Mapping[str, tuple[int, ...]]:
    """Return multiplier and shift of scale / s_out, and the range; scale: the accumulator's."""
    stored = quantization_of(output)
    multiplier, shift = fix_factors([scale / stored.scale[0]])
    return {"multiplier": multiplier, "shift": shift, "range": integer_range(node, stored)}


def factors(node: Node) -> NDArray[np.float64]:
    """Return multiplier * 2**-shift for each pair of the node's."""
    multiplier, shift = (np.array(node.integer[key]) for key in ("multiplier", "shift"))
    real: NDArray[np.float64] = np.ldexp(multiplier.astype(np.float64), -shift)
    return real


def store(
    node: Node, accumulator: NDArray[Any], output: Tensor, along: tuple[int, ...] = (-1,)
) -> NDArray[Any]:
    """Return the output's integers. along: shape that lays the factors beside the accumulator."""
    multiplier = np.array(node.integer["multiplier"], np.int64).reshape(along)
    shift = np.array(node.integer["shift"], np.int64).reshape(along)
    stored = quantization_of(output)
    low, high = node.integer["range"]
    levels = rescale(accumulator, multiplier, shift, stored.rounding)
    return saturate(levels + stored.zero_point[0], low, high, stored.dtype)


def fix_sum(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Mapping[str, tuple[int, ...]]:
    """Return multiplier and shift for each of K channels, range, and bias_shift where it is not 0.

    inputs: x, weight with the channels on axis 0, and maybe a bias.
    """
    source, weight = quantization_of(inputs[0]), quantization_of(inputs[1])
    if weight.axis not in (None, 0):
        raise QuantizeError(
            f"node '{node.name}' ({node.op}): weight '{inputs[1].name}' has scales along axis "
            f"{weight.axis}; only one scale, or one per output channel (axis 0), is supported"
        )
    channels = int(inputs[1].shape[0])
    sums = _per_channel([source.scale[0] * scale for scale in weight.scale], channels)
    stored = quantization_of(output)
    multiplier, shift = fix_factors([scale / stored.scale[0] for scale in sums])
    integers = {"multiplier": multiplier, "shift": shift, "range": integer_range(node, stored)}
    if len(inputs) > 2:
        bias = _per_channel(quantization_of(inputs[2]).scale, channels)
        shifts = tuple(_bias_shift(node, *pair) for pair in zip(bias, sums, strict=True))
        if any(shifts):
            integers["bias_shift"] = shifts
    return integers


def gain_of_sum(node: Node, inputs: Sequence[Tensor]) -> tuple[float, ...]:
    """Return zoo.op.Op.gain: for x the largest sum over a channel's |w - z_w|, in output steps.

    That of w is in it already.
    """
    weights = np.abs(centred(np.asarray(inputs[1].data), inputs[1]))
    of_x = weights.reshape(len(weights), -1).sum(axis=1) * factors(node)
    of_bias = np.ldexp(factors(node), np.array(node.integer.get("bias_shift", (0,))))
    return (float(of_x.max()), 0.0, float(of_bias.max()))[: len(inputs)]


def shifted_bias(node: Node, bias: NDArray[Any]) -> NDArray[np.int64]:
    """Return the bias [K] in steps of the accumulator."""
    shifts = np.array(node.integer.get("bias_shift", (0,)), np.int64)
    return np.left_shift(bias.astype(np.int64), shifts)


def _per_channel(scales: Sequence[float], channels: int) -> list[float]:
    return list(scales) if len(scales) == channels else [scales[0]] * channels


def _bias_shift(node: Node, bias_scale: float, sum_scale: float) -> int:
    ratio = bias_scale / sum_scale
    shift = round(math.log2(ratio)) if ratio > 0 else -1
    # Scales are float32, so that the product s_in * s_w is only known to about 2**-23.
    if shift < 0 or not math.isclose(ratio, 2.0**shift, rel_tol=1e-6):
        raise QuantizeError(
            f"node '{node.name}' ({node.op}): the bias has {ratio:g} times the scale of input * "
            "weight; only 1, 2, 4, 8, ... are supported: give the bias the scale "
            f"{sum_scale:g}"
        )
    return shift
