"""The weighted nodes of a float graph (conv, dense), as quantization sees them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from compilers.op_table import find_op
from zoo.graph import Graph, Node, Tensor

__all__ = ["Weighted", "own_parameters", "weighted_nodes"]


@dataclass(frozen=True)
class Weighted:
    """A node with constant weights. axis: the weight's axis of K output channels."""

    node: Node
    weight: Tensor
    bias: Tensor
    axis: int

    def rows(self, per_channel: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return weights and biases, [K, rest] each, or [1, all] with a single scale."""
        weight = np.moveaxis(np.asarray(self.weight.data, np.float64), self.axis, 0)
        bias = np.asarray(self.bias.data, np.float64)
        count = len(bias) if per_channel else 1
        return weight.reshape(count, -1), bias.reshape(count, -1)


def weighted_nodes(graph: Graph) -> Iterator[Weighted]:
    """Yield the weighted nodes in execution order; each has a bias after `own_parameters`."""
    for node in graph.nodes:
        index = _weight_index(graph, node)
        if index is not None:
            weight, bias = (graph.tensors[name] for name in node.inputs[index : index + 2])
            yield Weighted(node, weight, bias, find_op(node.op).weight_axis)


def own_parameters(graph: Graph) -> Graph:
    """Return the graph with a separate weight and bias for each weighted node.

    Exporters store equal constants once, but quantized ones have separate scales. A missing bias
    becomes zeros, so that it can hold corrections.
    """
    readers = Counter(name for node in graph.nodes for name in node.inputs)
    nodes, copies = [], []
    for node in graph.nodes:
        index = _weight_index(graph, node)
        if index is not None:
            given = [graph.tensors[name] for name in node.inputs[index:]]
            weight, bias = given if len(given) == 2 else (given[0], _no_bias(node, given[0]))
            own = [_copy(t, node) if readers[t.name] > 1 else t for t in (weight, bias)]
            copies += own
            inputs = (*node.inputs[:index], *(tensor.name for tensor in own))
            node = replace(node, inputs=inputs)
        nodes.append(node)
    return graph.replace(nodes, copies)


def _weight_index(graph: Graph, node: Node) -> int | None:
    index = find_op(node.op).weight_input
    if index is None or not graph.tensors[node.inputs[index]].is_constant:
        return None
    return index


def _no_bias(node: Node, weight: Tensor) -> Tensor:
    channels = weight.shape[find_op(node.op).weight_axis]
    zeros = np.zeros(int(channels), np.float32)
    return Tensor(f"{node.output}.bias", zeros.shape, data=zeros)


def _copy(tensor: Tensor, node: Node) -> Tensor:
    return replace(tensor, name=f"{node.output}.{tensor.name}")
