"""Quantize what an op that only moves values (reshape, max pool) computes between quantized ops.

Other tools often quantize neither before nor behind a Flatten. The values are still those of the
quantized input, so that a quantize and a dequantize node behind the op change nothing.
"""

import math
from dataclasses import replace

from compilers.fresh_name import fresh_name
from compilers.op_parts.arguments import real
from compilers.op_table import find_op
from zoo.graph import Graph, Node, Quantization

__all__ = ["quantize_moves"]


def quantize_moves(graph: Graph) -> Graph:
    """Return the QDQ form where every move of dequantized values is quantized as its input.

    A quantize node that follows with another quantization then requantizes.
    """
    tensors = dict(graph.tensors)
    nodes: list[Node] = []
    known: dict[str, Quantization | None] = {}
    for node in graph.nodes:
        if node.op == "dequantize":
            known[node.output] = tensors[node.inputs[0]].quantization
        stored = known.get(node.inputs[0]) if _only_moves(node) else None
        if stored is None or _is_quantized(graph, node, stored):
            nodes.append(node)
            continue
        known[node.output] = stored
        output = tensors[node.output]
        moved = fresh_name(f"{node.output}.float", tensors)
        tensors[moved] = replace(output, name=moved)
        integers = fresh_name(f"{node.output}.quantized", tensors)
        tensors[integers] = replace(output, name=integers, dtype=stored.dtype, quantization=stored)
        nodes += [
            replace(node, output=moved),
            Node(f"{node.name}/quantize", "quantize", (moved,), integers),
            Node(f"{node.name}/dequantize", "dequantize", (integers,), node.output),
        ]
    return graph.replace(nodes, tensors.values())


def _only_moves(node: Node) -> bool:
    """Whether every output is exactly one of the inputs: a clip may return its bounds instead."""
    if node.op == "clip":
        return all(real(node, name) in (0.0, -math.inf, math.inf) for name in ("low", "high"))
    return find_op(node.op).shares_quantization


def _is_quantized(graph: Graph, node: Node, stored: Quantization) -> bool:
    """Whether a quantize node alone reads the output, and needs nothing between."""
    readers = graph.consumers(node.output)
    if len(readers) != 1 or readers[0].op != "quantize" or node.output in graph.outputs:
        return False
    behind = graph.tensors[readers[0].output].quantization
    return behind == stored or node.op == "clip"
