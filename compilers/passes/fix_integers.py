"""Compute every node's integer constants from its tensors' quantization."""

from dataclasses import replace

from compilers.op_table import find_op
from zoo.graph import Graph, Node

__all__ = ["fix_integers"]


def fix_integers(graph: Graph) -> Graph:
    """Return the graph with `node.integer` computed for each quantized output.

    Raises QuantizeError if no integers represent the tensors' scales.
    """
    return graph.replace(_fixed(graph, node) for node in graph.nodes)


def _fixed(graph: Graph, node: Node) -> Node:
    output = graph.tensors[node.output]
    if output.quantization is None:
        return replace(node, integer={})
    integers = find_op(node.op).fix_integers(node, graph.inputs_of(node), output)
    return replace(node, integer=integers)
