"""Weights and biases of convolutions and dense layers as constants of the file."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.affine import centred
from compilers.tflite.scope import Scope, refuse
from zoo.graph import Node, Quantization, Tensor

__all__ = ["add_bias", "add_weights", "require_factor"]

_INT32_MAX = 2**31 - 1
_LARGEST_INPUT = 255
"""Of 8 bits, minus its zero point."""
_FACTOR_END = 256
"""From steps of sums to those of the output: XNNPACK creates no layer with as much."""


def add_weights(
    scope: Scope,
    node: Node,
    order: Sequence[int],
    channel_axis: int,
    spread: Callable[[NDArray[Any]], NDArray[Any]] | None = None,
) -> int:
    """Add the weight [K, ...] with its axes in that order, centred: TFLite has zero point 0.

    channel_axis: of K in the result.  spread: what brings integers into another shape.
    """
    weight = scope.graph.tensors[node.inputs[1]]
    if weight.data is None:
        refuse(
            node, f"its weight '{weight.name}' is computed", "export with trained weights inside"
        )
    if weight.quantization is None:
        return scope.constant(weight.name, weight.data.transpose(order), "float32")
    integers = centred(weight.data, weight)
    if integers.min() < -128 or integers.max() > 127:
        refuse(
            node,
            f"weights minus their zero point reach from {integers.min()} to {integers.max()}",
            "only -128 to 127 can be stored: quantize weights symmetrically",
        )
    grid = _zero_centred(weight.quantization, channel_axis)
    stored = integers.transpose(order)
    return scope.constant(weight.name, spread(stored) if spread else stored, "int8", grid)


def add_bias(scope: Scope, node: Node) -> int:
    """Add the bias [K], zeros where there is none.

    Integers are int32 in steps of s_in * s_w[k], whatever steps the graph's bias has.
    """
    x, weight, *biases = scope.graph.inputs_of(node)
    bias = biases[0] if biases else None
    if bias is not None and bias.data is None:
        refuse(node, f"its bias '{bias.name}' is computed", "export with the trained bias inside")
    name = bias.name if bias else f"{node.output}.bias"
    data = np.zeros(int(weight.shape[0])) if bias is None else bias.data
    assert data is not None
    if x.quantization is None or weight.quantization is None:
        return scope.constant(name, data, "float32")
    shifts = np.array(node.integer.get("bias_shift", (0,)), np.int64)
    integers = np.left_shift(data.astype(np.int64), shifts)
    _require_32_bits(node, weight, integers)
    scales = np.float32(x.quantization.scale[0]) * np.array(weight.quantization.scale, np.float32)
    grid = replace(_zero_centred(weight.quantization, 0), scale=tuple(scales.tolist()), bits=32)
    require_factor(scope, node, grid)
    return scope.constant(name, integers, "int32", grid)


def require_factor(scope: Scope, node: Node, sums: Quantization) -> None:
    """Refuse outputs whose steps are too fine for the layer's sums."""
    stored = scope.graph.tensors[node.output].quantization
    assert stored is not None
    factor = max(sums.scale) / stored.scale[0]
    if factor >= _FACTOR_END:
        refuse(
            node,
            f"a step of its sums is {factor:.0f} steps of its output",
            f"below {_FACTOR_END} is needed: calibrate with inputs for which it gives more than 0",
        )


def _require_32_bits(node: Node, weight: Tensor, bias: NDArray[np.int64]) -> None:
    """Refuse sums that LiteRT's accumulators could not hold, whatever the input is."""
    assert weight.data is not None
    rows = np.abs(centred(weight.data, weight)).reshape(len(bias), -1)
    if (np.abs(bias) + _LARGEST_INPUT * rows.sum(axis=1)).max() > _INT32_MAX:
        refuse(
            node,
            f"its sums over {rows.shape[1]} products may have more than 32 bits",
            "split the layer, or quantize it anew",
        )


def _zero_centred(grid: Quantization, axis: int) -> Quantization:
    zeros = (0,) * len(grid.scale)
    per_channel = axis if grid.axis is not None else None
    return replace(grid, signed=True, zero_point=zeros, axis=per_channel)
