"""An integer Graph in the form that ONNX Runtime turns into integer kernels.

to_uint8             8-bit activations become uint8 and weights int8, which does not change reals:
                     s * ((q + 128) - (z + 128)) = s * (q - z)
separate_clamps      it does not turn conv -> Relu -> quantize into an integer convolution. If
                     saturation clips anyway, the clamp is dropped; otherwise it becomes a clip of
                     the integers, which is exact because rounding is monotone:
                     round(clip(x, a, b)) = clip(round(x), round(a), round(b))
keep_requantization  it merges quantize -> dequantize -> quantize -> dequantize into one pair on a
                     new grid (DoubleQDQPairsRemover), with one rounding less and so different
                     integers. A LeakyRelu of slope 1 in between does not change reals, and becomes
                     a table of 256 integers.

The clamps' integer bounds depend on the types, hence this order.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from compilers.fresh_name import fresh_name
from compilers.op_parts.arithmetic import clamp_of, integer_range
from compilers.op_table import find_op
from zoo.graph import Graph, Node, Quantization, Tensor, quantization_of

__all__ = ["INTEGER_FORM", "keep_requantization", "separate_clamps", "to_uint8"]

_OFFSET = 128


def to_uint8(graph: Graph) -> Graph:
    """Return the integer graph without its nodes' integer constants, which depend on the types."""
    weights = {
        name
        for node in graph.nodes
        for name in _weights(graph, find_op(node.op).weight_input, node.inputs)
    }
    tensors = {
        name: _widened(tensor) if name in weights else _unsigned(tensor)
        for name, tensor in graph.tensors.items()
    }
    nodes = tuple(replace(node, integer={}) for node in graph.nodes)
    return replace(graph, tensors=tensors, nodes=nodes)


def _weights(graph: Graph, index: int | None, inputs: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of constant weight and bias."""
    if index is None:
        return ()
    return tuple(name for name in inputs[index:] if graph.tensors[name].is_constant)


def _widened(tensor: Tensor) -> Tensor:
    """Return a weight with fewer than 8 bits as int8; its data already is."""
    if tensor.quantization is None or tensor.quantization.bits >= 8:
        return tensor
    return replace(tensor, dtype="int8", quantization=replace(tensor.quantization, bits=8))


def _unsigned(tensor: Tensor) -> Tensor:
    signed = tensor.quantization
    if signed is None or not (signed.signed and signed.bits == 8):
        return tensor
    zero_point = tuple(zero + _OFFSET for zero in signed.zero_point)
    data = tensor.data
    if data is not None:
        data = np.asarray(data.astype(np.int16) + _OFFSET, np.uint8)
    unsigned: Quantization = replace(signed, signed=False, zero_point=zero_point)
    return replace(tensor, dtype="uint8", quantization=unsigned, data=data)


def separate_clamps(graph: Graph) -> Graph:
    """Return the integer graph without clamps."""
    tensors = dict(graph.tensors)
    nodes: list[Node] = []
    for node in graph.nodes:
        nodes += _separated(node, tensors)
    return graph.replace(nodes, tensors.values())


def _separated(node: Node, tensors: dict[str, Tensor]) -> Iterator[Node]:
    """Yield the node, followed by a clip if saturation is not enough; adds its tensor."""
    if "clamp" not in node.attributes:
        yield node
        return
    attributes = {name: value for name, value in node.attributes.items() if name != "clamp"}
    output = tensors[node.output]
    grid = quantization_of(output)
    if grid.bits > 8:  # computed in float32, as is a clamp
        yield node
        return
    if integer_range(node, grid) == (grid.qmin, grid.qmax):
        yield replace(node, attributes=attributes)
        return
    unclamped = replace(output, name=fresh_name(f"{output.name}.unclamped", tensors))
    tensors[unclamped.name] = unclamped
    yield replace(node, attributes=attributes, output=unclamped.name)
    low, high = clamp_of(node)
    bounds = {"low": low, "high": high}
    yield Node(f"{node.name}/clip", "clip", (unclamped.name,), node.output, bounds)


def keep_requantization(graph: Graph) -> Graph:
    """Return the integer graph without clamps, with each requantize node as a LeakyRelu."""
    nodes = (
        replace(node, op="leaky_relu", attributes={"alpha": 1.0}, integer={})
        if node.op == "requantize"
        else node
        for node in graph.nodes
    )
    return replace(graph, nodes=tuple(nodes))


INTEGER_FORM = (to_uint8, separate_clamps, keep_requantization)
