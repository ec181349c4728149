"""Nodes in an order in which each follows those that it reads, as ONNX demands."""

from collections.abc import Iterator

from onnx import GraphProto, NodeProto

__all__ = ["sort_nodes"]


def sort_nodes(graph: GraphProto) -> None:
    """Order the nodes; those in order already, and those of a circle, keep theirs."""
    nodes = list(graph.node)
    makers = {name: i for i, node in enumerate(nodes) for name in node.output if name}
    reads = [
        sorted({makers[n] for n in _reads(node) if n in makers} - {i})
        for i, node in enumerate(nodes)
    ]
    order = _order(reads)
    if order != list(range(len(nodes))):
        del graph.node[:]
        graph.node.extend(nodes[index] for index in order)


def _order(reads: list[list[int]]) -> list[int]:
    """Return all indices, each behind those that it reads where that is possible."""
    placed: dict[int, None] = {}
    for first in range(len(reads)):
        open_, below = {first}, [(first, iter(reads[first]))]
        while below:
            index, inputs = below[-1]
            missing = next((i for i in inputs if i not in placed and i not in open_), None)
            if missing is None:
                placed.setdefault(index)
                below.pop()
            else:
                open_.add(missing)
                below.append((missing, iter(reads[missing])))
    return list(placed)


def _reads(node: NodeProto) -> Iterator[str]:
    """Yield what a node reads; graphs inside it read values around it."""
    yield from node.input
    for attribute in node.attribute:
        for graph in (*attribute.graphs, attribute.g):
            for inner in graph.node:
                yield from _reads(inner)
