"""Fuse the addition of a constant into the dense or convolution before it."""

from dataclasses import replace

import numpy as np

from compilers.op_table import find_op
from zoo.graph import Graph, Node, Tensor

__all__ = ["fuse_bias"]


def fuse_bias(graph: Graph) -> Graph:
    """Return the graph with each 'add' of a float constant [K] fused as its producer's bias.

    The producer must have a weight, no bias, no clamp, and no other reader.
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
        nodes[node.output] = replace(before, inputs=(*before.inputs, bias.name), output=node.output)
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
    return before, bias


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
    op = find_op(node.op)
    has_weight_alone = op.weight_input is not None and len(node.inputs) == op.weight_input + 1
    is_only_reader = len(graph.consumers(node.output)) == 1 and node.output not in graph.outputs
    return has_weight_alone and is_only_reader and "clamp" not in node.attributes
