"""Quantize what an op computes, where only its moved values are quantized.

A Gemm, a reshape, a quantize node: the move changes no value, so quantizing before it is the same.
"""

from dataclasses import replace

from compilers.fresh_name import fresh_name
from zoo.graph import Graph, Node

__all__ = ["quantize_before_moves"]

_MOVES = ("depth_to_space", "reshape", "slice", "space_to_depth", "transpose")
_BORDER = ("quantize", "dequantize")


def quantize_before_moves(graph: Graph) -> Graph:
    """Return the QDQ form with a pair before each such move."""
    nodes: list[Node] = []
    tensors = dict(graph.tensors)
    stored = {node.inputs[0]: graph.tensors[node.output] for node in _quantizers(graph)}
    for node in reversed(graph.nodes):
        after = stored.get(node.output)
        source = node.inputs[0]
        if after is None or node.op not in _MOVES or not _is_computed_for(graph, source, node):
            nodes.append(node)
            continue
        reals = tensors[source]
        integers, back = (
            fresh_name(f"{source}.{word}", tensors) for word in ("quantized", "dequantized")
        )
        grid = after.quantization
        tensors[integers] = replace(reals, name=integers, dtype=after.dtype, quantization=grid)
        tensors[back] = replace(reals, name=back)
        stored[source] = tensors[integers]
        nodes += [
            replace(node, inputs=(back,)),
            Node(f"{node.name}/dequantize", "dequantize", (integers,), back),
            Node(f"{node.name}/quantize", "quantize", (source,), integers),
        ]
    return graph.replace(reversed(nodes), tensors.values())


def _quantizers(graph: Graph) -> list[Node]:
    """Return the quantize nodes that are the only reader of what they read."""
    return [
        node
        for node in graph.nodes
        if node.op == "quantize"
        and len(graph.consumers(node.inputs[0])) == 1
        and node.inputs[0] not in graph.outputs
    ]


def _is_computed_for(graph: Graph, name: str, reader: Node) -> bool:
    """Whether an op computes the reals for this reader alone."""
    producer = graph.producer(name)
    is_op = producer is not None and producer.op not in _BORDER
    return is_op and graph.consumers(name) == (reader,) and name not in graph.outputs
