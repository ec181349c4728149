"""Quantize float biases in a QDQ form, as ONNX Runtime does before it fuses such layers.

    q[k] = round_half_even(bias[k] / (s_x * s_w[k]))    int32, saturated

This is the step of the accumulator, so a sum is off by at most half of it, or
s_x * s_w[k] / (2 * s_y) output steps.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from compilers.fresh_name import fresh_name
from compilers.op_parts.arithmetic import quantize
from compilers.op_table import find_op
from zoo.graph import Graph, Node, Quantization, Tensor

__all__ = ["quantize_biases"]

_BITS = 32


def quantize_biases(graph: Graph) -> Graph:
    """Return the QDQ form with int32 biases in layers with quantized inputs and weights."""
    grids = {
        node.output: graph.tensors[node.inputs[0]].quantization
        for node in graph.nodes
        if node.op == "dequantize"
    }
    tensors = dict(graph.tensors)
    nodes = [_quantized(graph, node, grids, tensors) for node in graph.nodes]
    return graph.replace(nodes, tensors.values())


def _quantized(
    graph: Graph,
    node: Node,
    grids: Mapping[str, Quantization | None],
    tensors: dict[str, Tensor],
) -> Node:
    """Return the node, with a separate int32 bias in place of a float one."""
    index = find_op(node.op).weight_input
    if index is None or len(node.inputs) < index + 2:
        return node
    source, weight = grids.get(node.inputs[0]), graph.tensors[node.inputs[index]].quantization
    bias = graph.tensors[node.inputs[index + 1]]
    if not source or not weight or bias.quantization or bias.data is None:
        return node
    integers = _integers(bias, source, weight)
    new = replace(integers, name=fresh_name(f"{node.output}.bias", tensors))
    tensors[new.name] = new
    return replace(node, inputs=(*node.inputs[: index + 1], new.name))


def _integers(bias: Tensor, source: Quantization, weight: Quantization) -> Tensor:
    scales = np.float32(source.scale[0]) * np.array(weight.scale, np.float32)
    axis = None if weight.axis is None else 0
    grid = Quantization(tuple(scales.tolist()), (0,) * len(scales), _BITS, axis=axis)
    data = quantize(np.asarray(bias.data), grid)
    return replace(bias, dtype=grid.dtype, quantization=grid, data=data)
