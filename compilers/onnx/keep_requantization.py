"""Requantize in a way that ONNX Runtime does not do away with.

Of quantize -> dequantize -> quantize -> dequantize it makes one pair, on a grid that it invents
(DoubleQDQPairsRemover): one rounding less, so other integers. A LeakyRelu of slope 1 in between
changes no real, and becomes a table of 256 integers.
"""

from dataclasses import replace

from zoo.graph import Graph

__all__ = ["keep_requantization"]


def keep_requantization(graph: Graph) -> Graph:
    """Return the integer graph, without clamps, in which each requantize node is a LeakyRelu."""
    nodes = (
        replace(node, op="leaky_relu", attributes={"alpha": 1.0}, integer={})
        if node.op == "requantize"
        else node
        for node in graph.nodes
    )
    return replace(graph, nodes=tuple(nodes))
