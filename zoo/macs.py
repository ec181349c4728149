"""The work of a network."""

from zoo import registry
from zoo.graph import Graph

__all__ = ["count_macs"]


def count_macs(graph: Graph) -> int:
    """Return the multiply-accumulates for one sample."""
    return sum(
        registry.load("op", node.op).macs(node, graph.inputs_of(node), graph.tensors[node.output])
        for node in graph.nodes
    )
