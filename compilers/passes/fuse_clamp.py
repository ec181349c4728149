"""Fuse a ReLU, ReLU6 or clip into the node that computes its input."""

from collections.abc import Mapping
from dataclasses import replace

from compilers.op_parts.arguments import real
from compilers.op_parts.arithmetic import Bounds, clamp_of
from compilers.op_table import find_op
from zoo.graph import Graph, Node

__all__ = ["fuse_clamp"]

_MOVES = ("depth_to_space", "reshape", "slice", "space_to_depth", "transpose")
"""Ops of which each output value is an input value."""


def fuse_clamp(graph: Graph) -> Graph:
    """Return the graph with 'clip' nodes fused as the attribute 'clamp', if the op supports it.

    A clip behind ops that only move values is fused into the one before them. Clips of integers,
    and of values with other readers, are kept. The last of the fused nodes computes the clip's
    output tensor.
    """
    fused: dict[str, Node] = {}
    for node in graph.nodes:
        run = _run_before(graph, fused, node) if node.op == "clip" else []
        if not run:
            fused[node.output] = node
            continue
        clamp = _clip(clamp_of(run[0]), (real(node, "low"), real(node, "high")))
        run[0] = run[0].with_attributes(clamp=clamp)
        del fused[run[-1].output]
        run[-1] = replace(run[-1], output=node.output)
        fused.update({each.output: each for each in run})
    return graph.replace(fused.values())


def _run_before(graph: Graph, fused: Mapping[str, Node], clip: Node) -> list[Node]:
    """Return the op that may compute the clip, and the moves between them; none if it may not."""
    run: list[Node] = []
    tensor = clip.inputs[0]
    while node := fused.get(tensor):
        run.insert(0, node)
        if _may_fuse(graph, node, clip):
            return run
        if not _only_moves(graph, node):
            break
        tensor = node.inputs[0]
    return []


def _only_moves(graph: Graph, node: Node) -> bool:
    return node.op in _MOVES and _is_only_reader(graph, node)


def _may_fuse(graph: Graph, node: Node, clip: Node) -> bool:
    is_float = graph.tensors[clip.output].quantization is None
    return find_op(node.op).fuses_clamp and _is_only_reader(graph, node) and is_float


def _is_only_reader(graph: Graph, node: Node) -> bool:
    """Whether a single node, and no one outside, reads a node's output."""
    return len(graph.consumers(node.output)) == 1 and node.output not in graph.outputs


def _clip(inner: Bounds, outer: Bounds) -> Bounds:
    """Return the bounds of clipping first to the inner and then to the outer ones."""
    low, high = (min(max(bound, outer[0]), outer[1]) for bound in inner)
    return low, high
