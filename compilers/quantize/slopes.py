"""Slopes of leaky rectifiers as a chip computes them: M / 2**S instead of an arbitrary number."""

from compilers.op_parts.arguments import real
from zoo.graph import Graph, Node
from zoo.scheme import Scheme

__all__ = ["choose_slopes"]


def choose_slopes(graph: Graph, scheme: Scheme) -> Graph:
    """Return the graph with leaky rectifiers rounded to the scheme's slope if that is the nearest.

    PyTorch's usual 0.1 becomes 26 / 2**8 on the DPU, 1.6 % more. Other slopes are kept; a chip may
    then refuse them.
    """
    if scheme.leaky_slope is None:
        return graph
    return graph.replace(_chosen(node, scheme.leaky_slope) for node in graph.nodes)


def _chosen(node: Node, slope: tuple[int, int]) -> Node:
    multiplier, shift = slope
    if node.op != "leaky_relu" or round(real(node, "alpha") * 2**shift) != multiplier:
        return node
    return node.with_attributes(alpha=multiplier / 2**shift)
