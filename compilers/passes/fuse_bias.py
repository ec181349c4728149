"""Fuse the addition of a constant into the dense or convolution before it."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from compilers.op_table import find_op
from zoo.graph import Graph, Node, Tensor

__all__ = ["fuse_bias"]


def fuse_bias(graph: Graph) -> Graph:
    """Return the graph with each 'add' of a float constant [K] fused into its producer's bias.

    The producer must have a weight, no integers, no clamp, and no other reader.
    """
    nodes: dict[str, Node] = {}
    biases = []
    for node in graph.nodes:
        pair = _split(graph, node, nodes)
        if pair is None:
            nodes[node.output] = node
            continue
        before, bias = pair
        biases.append(bias)
        del nodes[before.output]
        kept = before.inputs[: _bias_input(before)]
        nodes[node.output] = replace(before, inputs=(*kept, bias.name), output=node.output)
    return graph.replace(nodes.values(), biases)


def _split(graph: Graph, node: Node, nodes: dict[str, Node]) -> tuple[Node, Tensor] | None:
    """Return the producer and the bias [K] for fusing an 'add', or None."""
    constants = [name for name in node.inputs if graph.tensors[name].is_constant]
    if node.op != "add" or len(constants) != 1 or graph.tensors[node.output].quantization:
        return None
    (other,) = (name for name in node.inputs if name != constants[0])
    before, bias = nodes.get(other), _as_bias(graph, constants[0], node)
    if before is None or bias is None or not _may_fuse(graph, before):
        return None
    return before, _sum(
        bias, (graph.tensors[name] for name in before.inputs[_bias_input(before) :])
    )


def _as_bias(graph: Graph, name: str, add: Node) -> Tensor | None:
    """Return the constant as [K], if it only varies along axis 1 and nothing else reads it."""
    constant, shape = graph.tensors[name], graph.tensors[add.output].shape
    if len(shape) == 1:
        return None
    channels = (1, int(shape[1]), *(1,) * (len(shape) - 2))
    aligned = (1,) * (len(shape) - len(constant.shape)) + constant.shape
    if aligned != channels or constant.data is None or constant.quantization:
        return None
    if len(graph.consumers(name)) > 1:
        return None
    data = np.ascontiguousarray(constant.data.reshape(-1))
    return replace(constant, shape=data.shape, data=data)


def _may_fuse(graph: Graph, node: Node) -> bool:
    if find_op(node.op).weight_input is None or "clamp" in node.attributes:
        return False
    constants = [graph.tensors[name] for name in node.inputs[_bias_input(node) - 1 :]]
    is_float = all(constant.quantization is None for constant in constants)
    # A bias that is computed cannot be changed.
    is_fixed = all(constant.data is not None for constant in constants[1:])
    is_only_reader = len(graph.consumers(node.output)) == 1 and node.output not in graph.outputs
    return is_float and is_fixed and is_only_reader


def _bias_input(node: Node) -> int:
    """Return the index of the bias among a weighted node's inputs, whether it has one or not."""
    return (find_op(node.op).weight_input or 0) + 1


def _sum(bias: Tensor, others: Iterable[Tensor]) -> Tensor:
    """Return the bias plus the node's own one, if any, under the first one's name."""
    data = np.asarray(bias.data, np.float64)
    for other in others:
        data = data + np.asarray(other.data)
    return replace(bias, data=data.astype(np.float32))
