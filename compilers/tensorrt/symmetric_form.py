"""An integer Graph in the form from which TensorRT makes int8 layers.

TensorRT's developer guide, "Explicit Quantization": zero points are 0, weights have one scale per
output channel and feed their DequantizeLinear directly, a Relu stands between an op and the
QuantizeLinear of its output, and both inputs of an addition are quantized. The hub's QDQ form is
that but for three things, which change no result:

bias         float32 s_in * s_w * q, since TensorRT dequantizes no int32
constants    with one scale per channel that are no weights: float32 too
clamps       (0, 6) where 6 saturates anyway: (0, inf), a Relu, which TensorRT fuses
"""

import math
from dataclasses import replace

from compilers.op_parts.arithmetic import clamp_of, dequantize
from compilers.op_table import find_op
from zoo.errors import RefusedError
from zoo.graph import Graph, Node, Quantization, Tensor

__all__ = ["require_symmetric", "symmetric_form"]


def require_symmetric(graph: Graph, where: str) -> None:
    """Raise RefusedError naming the first tensor whose integers TensorRT does not have."""
    for tensor in graph.tensors.values():
        grid = tensor.quantization
        found = _asymmetry(tensor, grid) if grid else ""
        if found:
            raise RefusedError(
                f"{where}: tensor '{tensor.name}' {found}; TensorRT has 8-bit signed integers with "
                "zero point 0 that round half to even: quantize by w8a8-sym"
            )


def symmetric_form(graph: Graph) -> Graph:
    """Return the graph without its nodes' integer constants, which TensorRT computes itself."""
    weights = _weights(graph)
    tensors = [
        _real(tensor)
        for tensor in graph.tensors.values()
        if tensor.is_constant and tensor.name not in weights and _needs_reals(tensor)
    ]
    nodes = [replace(_relaxed(graph, node), integer={}) for node in graph.nodes]
    return graph.replace(nodes, tensors)


def _asymmetry(tensor: Tensor, grid: Quantization) -> str:
    """Return what TensorRT lacks, '' for nothing; only activations are rounded by it."""
    if any(grid.zero_point):
        return f"has the zero point {next(filter(None, grid.zero_point))}"
    if tensor.is_constant and tensor.dtype == "int32":
        return ""
    if grid.bits != 8 or not grid.signed:
        return f"is {grid.dtype}"
    if not tensor.is_constant and grid.rounding != "half_even":
        return f"is rounded {grid.rounding}"
    return ""


def _weights(graph: Graph) -> frozenset[str]:
    indices = ((node, find_op(node.op).weight_input) for node in graph.nodes)
    return frozenset(node.inputs[index] for node, index in indices if index is not None)


def _needs_reals(tensor: Tensor) -> bool:
    grid = tensor.quantization
    return grid is not None and (tensor.dtype == "int32" or len(grid.scale) > 1)


def _real(tensor: Tensor) -> Tensor:
    if tensor.data is None or tensor.quantization is None:
        return tensor
    reals = dequantize(tensor.data, tensor.quantization)
    return replace(tensor, dtype="float32", quantization=None, data=reals)


def _relaxed(graph: Graph, node: Node) -> Node:
    """Return the node without an upper bound that the output's integers cannot pass."""
    grid = graph.tensors[node.output].quantization
    if grid is None or "clamp" not in node.attributes:
        return node
    low, high = clamp_of(node)
    largest = grid.scale[0] * grid.qmax
    return node.with_attributes(clamp=(low, math.inf if high >= largest else high))
