"""Keep some outputs of a network, and drop everything only the others need."""

from collections.abc import Collection
from dataclasses import replace

from zoo.graph import Graph, Node

__all__ = ["keep_outputs"]


def keep_outputs(graph: Graph, outputs: Collection[str]) -> Graph:
    """Return the graph with only these outputs, in their original order, and their inputs."""
    kept = tuple(name for name in graph.outputs if name in outputs)
    needed, nodes = set(kept), list[Node]()
    for node in reversed(graph.nodes):
        if node.output in needed:
            nodes.append(node)
            needed.update(node.inputs)
    inputs = tuple(name for name in graph.inputs if name in needed)
    left = tuple(reversed(nodes))
    return replace(graph, inputs=inputs, outputs=kept, nodes=left).replace(left)
