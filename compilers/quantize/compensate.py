"""Error-compensating rounding of weights: the other weights absorb the error of one.

Frantar et al. 2023, "GPTQ: Accurate Post-Training Quantization for Generative Pre-trained
Transformers": with x the inputs of a sum, H = mean(x x') and e = w - q, rounding adds e' H e to the
sum's squared error. With H = V V', V upper triangular, that is the squared length of V' e; its
component j only depends on e[0] ... e[j]. Weights are rounded one by one, each to the integer that
compensates the error of the ones before it:

    q[j] = round(w[j] + (V[0, j] * e[0] + ... + V[j-1, j] * e[j-1]) / V[j, j])

Here the bias comes first, with a constant input of 1. If biases have 8 bits and one scale, as on
the DPU, their rounding costs more than that of all weights.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import integer
from compilers.op_parts.arithmetic import dequantize
from compilers.op_parts.window import Window
from compilers.quantize.rounding import to_integers
from compilers.quantize.weighted import Weighted
from zoo.graph import Quantization, Tensor, quantization_of
from zoo.scheme import Scheme

__all__ = ["compensated_weight"]

_ROWS = 4096
"""Inputs of a sum to compute H from; more for many weights."""
_ROWS_PER_WEIGHT = 4
_DAMPING = 0.01
_MOST_WEIGHTS = 2304
"""Maximum weights of one sum (256 channels of 3x3): time grows with the third power."""

Array = NDArray[np.float64]


def compensated_weight(
    rounded: Weighted,
    wanted: Weighted,
    inputs: Sequence[NDArray[Any]],
    grid_in: Quantization,
    scheme: Scheme,
) -> Tensor:
    """Return a node's integer weight with compensated rounding, unless a sum has too many.

    rounded: weight and bias as integers.  wanted: as reals.  inputs: integer batches, on grid_in,
    that the node reads.
    """
    node, weight, bias = rounded.node, rounded.weight, rounded.bias
    if weight.data is None or weight.data[0].size > _MOST_WEIGHTS:
        return weight
    scheme = scheme.at(node.name, weight.name)
    groups = integer(node, "group") if node.op == "conv" else 1
    grid = quantization_of(weight)
    scales = np.broadcast_to(np.asarray(grid.scale, np.float64), len(weight.data))
    levels = np.asarray(wanted.weight.data, np.float64).reshape(groups, len(scales) // groups, -1)
    kept = dequantize(np.asarray(bias.data), quantization_of(bias))
    error = (np.asarray(wanted.bias.data, np.float64) - kept) / scales
    integers = _round(
        levels / scales.reshape(groups, -1, 1),
        error.reshape(groups, -1),
        *_factors(_seen(rounded, inputs, grid_in.zero_point[0], groups), grid_in.scale[0]),
        lambda levels: to_integers(levels, _unit(grid), scheme.weight_rounding, scheme.weight_qmin),
    )
    return replace(weight, data=integers.reshape(weight.data.shape).astype(weight.dtype))


def _round(
    levels: Array,
    bias_error: Array,
    factors: Array,
    order: NDArray[np.int64],
    rounded: Callable[[Array], NDArray[Any]],
) -> NDArray[np.int64]:
    """Return the integers [G, K, d] of all groups at once.

    levels: [G, K, d], weights in steps.  bias_error: [G, K], likewise.  factors: V / diagonal, of
    each group, [G, 1 + d, 1 + d].  order: [G, d] of rounding.
    """
    ordered = np.take_along_axis(levels, order[:, None], axis=2)
    integers = np.empty(levels.shape, np.int64)
    errors = np.concatenate([bias_error[..., None], np.empty(levels.shape)], axis=2)
    for j in range(levels.shape[2]):
        left = errors[:, :, : j + 1] @ factors[:, : j + 1, j + 1, None]
        integers[:, :, j] = rounded(ordered[:, :, j] + left[..., 0])
        errors[:, :, j + 1] = ordered[:, :, j] - integers[:, :, j]
    return np.take_along_axis(integers, np.argsort(order, axis=1)[:, None], axis=2)


def _factors(seen: Array, scale: float) -> tuple[Array, NDArray[np.int64]]:
    """Return V of each group over its diagonal, the bias first, and the order of its weights.

    seen: [G, rows, d], integers, so products are exact on any processor.  scale: theirs.
    The largest inputs come first, while most weights can still compensate.
    """
    x = np.concatenate([np.full((*seen.shape[:2], 1), 1 / scale), seen], axis=2)
    products = x.transpose(0, 2, 1) @ x / x.shape[1]
    squares = np.diagonal(products, axis1=1, axis2=2)[:, 1:]
    order = np.argsort(-squares, axis=1, kind="stable")
    chosen = np.concatenate([np.zeros((len(order), 1), np.int64), order + 1], axis=1)[:, ::-1]
    ordered = np.take_along_axis(products, chosen[:, :, None], axis=1)
    ordered = np.take_along_axis(ordered, chosen[:, None, :], axis=2)
    damping = _DAMPING * np.maximum(squares.mean(axis=1), np.finfo(np.float32).tiny)
    ordered += damping[:, None, None] * np.eye(ordered.shape[1])
    upper = np.linalg.cholesky(ordered)[:, ::-1, ::-1]
    return upper / np.diagonal(upper, axis1=1, axis2=2)[:, None], order


def _seen(rounded: Weighted, batches: Sequence[NDArray[Any]], zero: int, groups: int) -> Array:
    """Return inputs of the node's sums, [G, rows, d], evenly spread over the samples.

    batches: integers; `zero` represents the real 0.
    """
    if rounded.node.op != "conv":
        return np.concatenate(batches)[np.newaxis].astype(np.float64) - zero
    _, depth, *kernel = (int(size) for size in rounded.weight.shape)
    window = Window.from_node(rounded.node, (kernel[0], kernel[1]))
    wanted = max(_ROWS, _ROWS_PER_WEIGHT * depth * kernel[0] * kernel[1])
    per_sample = -(-wanted // sum(len(batch) for batch in batches))
    parts = []
    for batch in batches:
        patches = window.patches(window.pad(batch, zero))
        count, _, height, width = patches.shape[:4]
        places = np.unique(np.linspace(0, height * width - 1, per_sample).astype(int))
        chosen = patches[:, :, places // width, places % width]  # N C P kh kw
        grouped = chosen.reshape(count, groups, depth, len(places), -1)
        parts.append(grouped.transpose(1, 0, 3, 2, 4).reshape(groups, count * len(places), -1))
    return np.concatenate(parts, axis=1).astype(np.float64) - zero


def _unit(grid: Quantization) -> Quantization:
    return replace(grid, scale=(1.0,), zero_point=(0,), axis=None)
