"""Take clamps out of fused nodes, so that ONNX Runtime finds them without: conv, then quantize.

It makes no integer convolution of conv -> Relu -> quantize. Where saturation clips anyway, the
clamp just goes; elsewhere it becomes a clip of the integers, which is exact because rounding is
monotone: round(clip(x, a, b)) = clip(round(x), round(a), round(b)).
"""

from collections.abc import Iterator
from dataclasses import replace

from compilers.fresh_name import fresh_name
from compilers.op_parts.arithmetic import clamp_of, integer_range, quantization_of
from zoo.graph import Graph, Node, Tensor

__all__ = ["separate_clamps"]


def separate_clamps(graph: Graph) -> Graph:
    """Return the integer graph in which no node has a clamp."""
    tensors = dict(graph.tensors)
    nodes: list[Node] = []
    for node in graph.nodes:
        nodes += _separated(node, tensors)
    return graph.replace(nodes, tensors.values())


def _separated(node: Node, tensors: dict[str, Tensor]) -> Iterator[Node]:
    """Yield the node, and a clip behind it where saturation is not enough; adds its tensor."""
    if "clamp" not in node.attributes:
        yield node
        return
    attributes = {name: value for name, value in node.attributes.items() if name != "clamp"}
    output = tensors[node.output]
    grid = quantization_of(output)
    if integer_range(node, grid) == (grid.qmin, grid.qmax):
        yield replace(node, attributes=attributes)
        return
    unclamped = replace(output, name=fresh_name(f"{output.name}.unclamped", tensors))
    tensors[unclamped.name] = unclamped
    yield replace(node, attributes=attributes, output=unclamped.name)
    low, high = clamp_of(node)
    bounds = {"low": low, "high": high}
    yield Node(f"{node.name}/clip", "clip", (unclamped.name,), node.output, bounds)
