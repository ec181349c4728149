"""Fuse x / 2 * (1 + erf(x / sqrt(2))), as exporters write it before opset 20, into a 'gelu'.

In integers, one table then takes the place of five roundings.
"""

import math
from dataclasses import dataclass

from zoo.graph import Graph, Node

__all__ = ["fuse_gelu"]

_TOLERANCE = 1e-6
"""Of the numbers, which files hold in float32."""


def fuse_gelu(graph: Graph) -> Graph:
    """Return the graph where each such group of nodes, which nothing else reads, is one node."""
    groups = [_group(graph, node) for node in graph.nodes if node.op == "erf"]
    found = {node.output: group for group in groups if group for node in group.nodes}
    nodes = (
        found[node.output].gelu if node.output in found else node
        for node in graph.nodes
        if node.output not in found or node.output == found[node.output].gelu.output
    )
    return graph.replace(nodes)


@dataclass(frozen=True)
class _Group:
    nodes: tuple[Node, ...]
    gelu: Node


def _group(graph: Graph, erf: Node) -> _Group | None:
    """Return the nodes around an error function, None where these are others."""
    scaled = graph.producer(erf.inputs[0])
    x = _operand(graph, scaled, "mul", math.sqrt(0.5))
    raised = _only_reader(graph, erf)
    if scaled is None or x is None or _operand(graph, raised, "add", 1) != erf.output:
        return None
    assert raised is not None
    product = _only_reader(graph, raised)
    if product is None or product.op != "mul" or _only_reader(graph, scaled) != erf:
        return None
    other = next((name for name in product.inputs if name != raised.output), "")
    half = graph.producer(other)
    if half is not None and _operand(graph, half, "mul", 0.5) == x:
        is_inside = _only_reader(graph, half) == product
        return _fused((half, scaled, erf, raised, product), x) if is_inside else None
    last = _only_reader(graph, product)
    if last is None or last.op != "mul":
        return None
    behind = _operand(graph, last, "mul", 0.5) == product.output and other == x
    before = _operand(graph, product, "mul", 0.5) == raised.output and x in last.inputs
    return _fused((scaled, erf, raised, product, last), x) if behind or before else None


def _fused(nodes: tuple[Node, ...], x: str) -> _Group:
    last = nodes[-1]
    return _Group(nodes, Node(last.name, "gelu", (x,), last.output, {"approximate": "none"}))


def _operand(graph: Graph, node: Node | None, op: str, number: float) -> str | None:
    """Return what a node adds to, or multiplies by, a number; None where it does not."""
    if node is None or node.op != op or "clamp" in node.attributes:
        return None
    for name, other in (node.inputs, node.inputs[::-1]):
        data = graph.tensors[name].data
        if data is not None and data.size == 1 and graph.tensors[name].quantization is None:
            return other if math.isclose(data.item(), number, rel_tol=_TOLERANCE) else None
    return None


def _only_reader(graph: Graph, node: Node) -> Node | None:
    readers = graph.consumers(node.output)
    return readers[0] if len(readers) == 1 and node.output not in graph.outputs else None
