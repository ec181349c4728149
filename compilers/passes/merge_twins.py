"""Merge quantize and dequantize nodes that do the same to the same tensor.

Quantizers write a pair for each reader (ONNX Runtime's DedicatedQDQPair, PyTorch's exports); one
pair says as much.
"""

from dataclasses import replace

from zoo.graph import Graph, Node, Quantization

__all__ = ["merge_twins"]


def merge_twins(graph: Graph) -> Graph:
    """Return the QDQ form with one of each; those that give an output of the network stay."""
    first: dict[tuple[str, str, Quantization | None], str] = {}
    merged: dict[str, str] = {}
    nodes: list[Node] = []
    for node in graph.nodes:
        renamed = replace(node, inputs=tuple(merged.get(name, name) for name in node.inputs))
        if node.op in ("quantize", "dequantize"):
            key = (node.op, renamed.inputs[0], graph.tensors[node.output].quantization)
            known = first.setdefault(key, node.output)
            if known != node.output and node.output not in graph.outputs:
                merged[node.output] = known
                continue
        nodes.append(renamed)
    return graph.replace(nodes)
