"""Removes channels from a float Graph: rows and columns of its weights, and what goes with them."""

from collections.abc import Collection, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from compilers.op_table import find_op
from compilers.prune.channels import Channels, is_depthwise, makes_channels
from zoo.graph import Graph, Node, Tensor

__all__ = ["cut"]

Kept = NDArray[np.bool_]


def cut(graph: Graph, channels: Channels, removed: Collection[int]) -> Graph:
    """Return the Graph without these channels; every other value stays what it was.

    What read them, reads nothing instead: as if their weights there were 0.
    """
    gone = np.zeros(channels.count, bool)
    gone[list(removed)] = True
    kept = {name: ~gone[numbers] for name, numbers in channels.of.items()}
    tensors, nodes = dict(graph.tensors), []
    for node in graph.nodes:
        for constant in _constants(graph, node, kept):
            tensors[constant.name] = constant
        smaller = _node(graph, node, kept)
        inputs = [tensors[name] for name in node.inputs]
        shape = find_op(node.op).infer_shape(smaller, inputs)
        tensors[node.output] = replace(graph.tensors[node.output], shape=shape)
        nodes.append(smaller)
    return replace(graph, nodes=tuple(nodes), tensors=tensors)


def _node(graph: Graph, node: Node, kept: dict[str, Kept]) -> Node:
    """Return a node whose attributes fit its remaining channels."""
    if makes_channels(graph, node) and is_depthwise(graph, node):
        return node.with_attributes(group=int(kept[node.output].sum()))
    if node.op == "reshape":
        _, _, *rest = graph.tensors[node.output].shape
        count = int(kept[node.output].sum())
        return node.with_attributes(shape=(count, *(int(size) for size in rest)))
    return node


def _constants(graph: Graph, node: Node, kept: dict[str, Kept]) -> Iterator[Tensor]:
    """Yield a node's constants that lose something."""
    rows = kept[node.output]
    if makes_channels(graph, node):
        weight, *others = graph.inputs_of(node)[1:]
        columns = kept[node.inputs[0]]
        is_whole = is_depthwise(graph, node) or len(columns) != weight.shape[1]
        yield (
            _without(weight, 0, rows)
            if is_whole
            else _without(_without(weight, 0, rows), 1, columns)
        )
        yield from (_without(other, 0, rows) for other in others)
        return
    rank = len(graph.tensors[node.output].shape)
    for tensor in graph.inputs_of(node):
        if tensor.data is None or tensor.data.size == 1:
            continue
        # Broadcasting aligns last axes; statistics [C] of a normalisation are along the channels.
        axis = 0 if node.op == "batchnorm" else len(tensor.shape) - (rank - 1)
        if axis >= 0 and tensor.shape[axis] == len(rows):
            yield _without(tensor, axis, rows)


def _without(tensor: Tensor, axis: int, kept: Kept) -> Tensor:
    """Return a constant without what is not kept along an axis."""
    assert tensor.data is not None
    data = np.ascontiguousarray(np.compress(kept, tensor.data, axis))
    return replace(tensor, shape=data.shape, data=data)
