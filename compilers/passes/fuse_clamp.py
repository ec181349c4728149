"""Fuse a ReLU, ReLU6 or clip into the node that computes its input."""

from dataclasses import replace

from compilers.op_parts.arguments import real
from compilers.op_parts.arithmetic import Bounds, clamp_of
from compilers.op_table import find_op
from zoo.graph import Graph, Node

__all__ = ["fuse_clamp"]


def fuse_clamp(graph: Graph) -> Graph:
    """Return the graph with 'clip' nodes fused as the attribute 'clamp', if the op supports it.

    Clips of integers, and of values with other readers, are kept. The fused node computes the
    clip's output tensor.
    """
    fused: dict[str, Node] = {}
    for node in graph.nodes:
        before = fused.get(node.inputs[0]) if node.op == "clip" else None
        if before is None or not _may_fuse(graph, before, node):
            fused[node.output] = node
            continue
        del fused[before.output]
        clamp = _clip(clamp_of(before), (real(node, "low"), real(node, "high")))
        fused[node.output] = replace(before, output=node.output).with_attributes(clamp=clamp)
    return graph.replace(fused.values())


def _may_fuse(graph: Graph, node: Node, clip: Node) -> bool:
    is_only_reader = len(graph.consumers(node.output)) == 1 and node.output not in graph.outputs
    is_float = graph.tensors[clip.output].quantization is None
    return find_op(node.op).fuses_clamp and is_only_reader and is_float


def _clip(inner: Bounds, outer: Bounds) -> Bounds:
    """Return the bounds of clipping first to the inner and then to the outer ones."""
    low, high = (min(max(bound, outer[0]), outer[1]) for bound in inner)
    return low, high
