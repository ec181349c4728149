"""Quantize the outputs of ops that only move values (reshape, max pool) between quantized ops.

Other tools often do not quantize around a Flatten. The values are still those of the quantized
input, so a quantize and a dequantize node after the op change nothing.
"""

import math
from dataclasses import replace

from compilers.fresh_name import fresh_name
from compilers.op_parts.arguments import real
from compilers.op_table import find_op
from zoo.graph import Graph, Node, Quantization

__all__ = ["quantize_moves"]


def quantize_moves(graph: Graph) -> Graph:
    """Return the QDQ form with every move of dequantized values quantized like its input.

    A following quantize node with another quantization then requantizes.
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
    """Whether every output value is one of the inputs; a clip may return its bounds instead."""
    if node.op == "clip":
        return all(real(node, name) in (0.0, -math.inf, math.inf) for name in ("low", "high"))
    return find_op(node.op).shares_quantization


def _is_quantized(graph: Graph, node: Node, stored: Quantization) -> bool:
    """Whether only a quantize node reads the output, and needs nothing in between."""
    readers = graph.consumers(node.output)
    if len(readers) != 1 or readers[0].op != "quantize" or node.output in graph.outputs:
        return False
    behind = graph.tensors[readers[0].output].quantization
    return behind == stored or node.op == "clip"
