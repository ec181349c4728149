"""Rounding of weights that makes up for itself: the error of one weight goes into the others.

Frantar et al. 2023, "GPTQ: Accurate Post-Training Quantization for Generative Pre-trained
Transformers": with x the inputs of a sum and H = mean(x x'), weights are rounded one after the
other, and what a rounding adds to the sum, (w - q)' H (w - q), is taken back, as well as the inputs
allow, by those that are not rounded yet:

    w[j+1:] -= (w[j] - q[j]) / U[j, j] * U[j, j+1:],  U' U = inverse(H), U upper triangular

Here the bias is the first of them, with an input that is always 1. Where biases have 8 bits and one
scale, as in the DPU, their rounding costs more than that of all weights.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import integer
from compilers.op_parts.arithmetic import dequantize, quantization_of
from compilers.op_parts.window import Window
from compilers.quantize.rounding import to_integers
from compilers.quantize.weighted import Weighted
from zoo.graph import Graph, Quantization, Tensor
from zoo.scheme import Scheme

__all__ = ["compensated_weight"]

_ROWS = 4096
"""Inputs of a sum from which H is made; more where there are many weights."""
_ROWS_PER_WEIGHT = 4
_DAMPING = 0.01
_MOST_WEIGHTS = 2304
"""Of one sum (256 channels of 3x3): time grows with the third power."""

Array = NDArray[np.float64]


def compensated_weight(
    weighted: Weighted,
    floats: Graph,
    quantized: Graph,
    inputs: Sequence[NDArray[Any]],
    scheme: Scheme,
) -> Tensor:
    """Return the integer weight of a node, rounded again; as it is where a sum has too many.

    weighted: of the quantized graph.  floats: the graph with the real weights.  inputs: integer
    batches that the node reads.
    """
    node, weight, bias = weighted.node, weighted.weight, weighted.bias
    scheme = scheme.at(node.name, weight.name)
    wanted = np.asarray(floats.tensors[weight.name].data, np.float64)
    groups = integer(node, "group") if node.op == "conv" else 1
    if wanted[0].size > _MOST_WEIGHTS:
        return weight
    source = quantization_of(quantized.tensors[node.inputs[0]])
    seen = _seen(weighted, [dequantize(batch, source) for batch in inputs], groups)
    kept = dequantize(np.asarray(bias.data), quantization_of(bias))
    error = np.asarray(floats.tensors[bias.name].data, np.float64) - kept
    grid = quantization_of(weight)
    scales = np.broadcast_to(np.asarray(grid.scale, np.float64), len(wanted))
    integers = _round(
        wanted.reshape(groups, len(wanted) // groups, -1) / scales.reshape(groups, -1, 1),
        (error / scales).reshape(groups, -1),
        *_factors(seen),
        lambda levels: to_integers(levels, _unit(grid), scheme.weight_rounding, scheme.weight_qmin),
    )
    return replace(weight, data=integers.reshape(wanted.shape).astype(weight.dtype))


def _round(
    levels: Array,
    bias_error: Array,
    upper: Array,
    order: NDArray[np.int64],
    rounded: Callable[[Array], NDArray[Any]],
) -> NDArray[np.int64]:
    """Return the integers [G, K, d] of all groups at once.

    levels: [G, K, d], weights in steps.  bias_error: [G, K], likewise.  upper: [G, 1 + d, 1 + d].
    order: [G, d] of rounding.
    """
    left = np.take_along_axis(levels, order[:, None], axis=2)
    left -= (bias_error / upper[:, 0, :1])[..., None] * upper[:, :1, 1:]
    integers = np.empty(levels.shape, np.int64)
    for j in range(levels.shape[2]):
        integers[:, :, j] = rounded(left[:, :, j])
        fault = (left[:, :, j] - integers[:, :, j]) / upper[:, j + 1, j + 1, None]
        left[:, :, j + 1 :] -= fault[..., None] * upper[:, j + 1, None, j + 2 :]
    return np.take_along_axis(integers, np.argsort(order, axis=1)[:, None], axis=2)


def _factors(seen: NDArray[np.float32]) -> tuple[Array, NDArray[np.int64]]:
    """Return U of each group, the bias first, and the order of its weights.

    seen: [G, rows, d]. Inputs that are largest come first, while most is left to take errors up.
    """
    x = np.concatenate([np.ones((*seen.shape[:2], 1), np.float32), seen], axis=2)
    products = (x.transpose(0, 2, 1) @ x).astype(np.float64) / x.shape[1]
    squares = np.diagonal(products, axis1=1, axis2=2)[:, 1:]
    order = np.argsort(-squares, axis=1, kind="stable")
    chosen = np.concatenate([np.zeros((len(order), 1), np.int64), order + 1], axis=1)
    ordered = np.take_along_axis(products, chosen[:, :, None], axis=1)
    ordered = np.take_along_axis(ordered, chosen[:, None, :], axis=2)
    damping = _DAMPING * np.maximum(squares.mean(axis=1), np.finfo(np.float32).tiny)
    inverses = np.linalg.inv(ordered + damping[:, None, None] * np.eye(ordered.shape[1]))
    return np.linalg.cholesky(inverses).transpose(0, 2, 1), order


def _seen(weighted: Weighted, batches: Sequence[NDArray[Any]], groups: int) -> NDArray[np.float32]:
    """Return inputs of the node's sums, [G, rows, d], evenly spread over the samples."""
    if weighted.node.op != "conv":
        return np.concatenate(batches)[np.newaxis].astype(np.float32)
    _, depth, *kernel = (int(size) for size in weighted.weight.shape)
    window = Window.from_node(weighted.node, (kernel[0], kernel[1]))
    wanted = max(_ROWS, _ROWS_PER_WEIGHT * depth * kernel[0] * kernel[1])
    per_sample = -(-wanted // sum(len(batch) for batch in batches))
    parts = []
    for batch in batches:
        patches = window.patches(window.pad(batch.astype(np.float32)))
        count, _, height, width = patches.shape[:4]
        places = np.unique(np.linspace(0, height * width - 1, per_sample).astype(int))
        chosen = patches[:, :, places // width, places % width]  # N C P kh kw
        grouped = chosen.reshape(count, groups, depth, len(places), -1)
        parts.append(grouped.transpose(1, 0, 3, 2, 4).reshape(groups, count * len(places), -1))
    return np.concatenate(parts, axis=1)


def _unit(grid: Quantization) -> Quantization:
    return replace(grid, scale=(1.0,), zero_point=(0,), axis=None)
