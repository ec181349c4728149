"""Softmax along the last axis, for back ends that have no other: between two transposes."""

from collections.abc import Iterator
from dataclasses import replace

from compilers.fresh_name import fresh_name
from compilers.op_parts.arguments import integer
from zoo.graph import Graph, Node, Tensor

__all__ = ["softmax_last"]

_IMAGE_AXES = 4


def softmax_last(graph: Graph) -> Graph:
    """Return the graph, images NHWC, with every softmax along the axis that lies last in memory."""
    tensors: dict[str, Tensor] = {}
    nodes: list[Node] = []
    for node in graph.nodes:
        rank = len(graph.tensors[node.output].shape)
        if node.op == "softmax" and integer(node, "axis") != rank - 1:
            nodes += _turned(graph, node, rank, tensors)
        else:
            nodes.append(node)
    return graph.replace(nodes, tensors.values())


def _turned(graph: Graph, node: Node, rank: int, tensors: dict[str, Tensor]) -> Iterator[Node]:
    """Yield the three nodes, and add their tensors."""
    axis = integer(node, "axis")
    order = (*(other for other in range(rank) if other != axis), axis)
    back = tuple(order.index(place) for place in range(rank))
    names = []
    for name in (node.inputs[0], node.output):
        like = graph.tensors[name]
        own = fresh_name(f"{node.output}.turned", {*graph.tensors, *tensors})
        layout = "NCHW" if rank == _IMAGE_AXES else ""
        shape = tuple(like.shape[place] for place in order)
        tensors[own] = replace(like, name=own, shape=shape, layout=layout)
        names.append(own)
    read, written = names
    yield Node(f"{node.name}/turn", "transpose", node.inputs, read, {"permutation": order})
    yield replace(node.with_attributes(axis=rank - 1), inputs=(read,), output=written)
    turned = {"permutation": back}
    yield Node(f"{node.name}/turn back", "transpose", (written,), node.output, turned)
