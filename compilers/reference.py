"""The numpy semantics of the Graph, op by op: the reference for every back end."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arithmetic import dequantize
from compilers.op_table import find_op
from zoo.errors import HubError
from zoo.graph import Graph, Node, Tensor
from zoo.plugs import Feeds

__all__ = ["run_all", "run_graph", "run_node"]

Values = dict[str, NDArray[Any]]


def run_graph(graph: Graph, feeds: Feeds) -> Values:
    """Return the outputs by name. feeds: inputs by name, float32, batch first."""
    values = run_all(graph, feeds)
    return {name: values[name] for name in graph.outputs}


def run_all(graph: Graph, feeds: Feeds) -> Values:
    """Return every activation by name, inputs included, in its storage type."""
    values: Values = {name: _feed(graph.tensors[name], feeds) for name in graph.inputs}
    for node in graph.nodes:
        values[node.output] = run_node(graph, node, values)
    return values


def run_node(graph: Graph, node: Node, values: Feeds) -> NDArray[Any]:
    """Return a node's output for the given activations.

    A node with quantized activations computes in integers, any other in float32, with quantized
    constants as the reals they represent.
    """
    op, tensors, output = find_op(node.op), graph.inputs_of(node), graph.tensors[node.output]
    activations = [tensor for tensor in tensors if not tensor.is_constant]
    if any(tensor.quantization for tensor in (*activations, output)):
        arrays = [values[t.name] if t.data is None else t.data for t in tensors]
        return op.run_integer(node, arrays, tensors, output)
    return op.run_float(node, [_reals(tensor, values) for tensor in tensors])


def _feed(tensor: Tensor, feeds: Feeds) -> NDArray[Any]:
    if tensor.name not in feeds:
        raise HubError(
            f"the network's input '{tensor.name}' is missing; given: "
            f"{', '.join(feeds) or 'nothing'}"
        )
    value = np.asarray(feeds[tensor.name], np.float32)
    fits = len(value.shape) == len(tensor.shape) and all(
        isinstance(wanted, str) or found == wanted
        for found, wanted in zip(value.shape, tensor.shape, strict=True)
    )
    if not fits:
        raise HubError(
            f"the network's input '{tensor.name}' has shape {tensor.shape}, given: {value.shape}"
        )
    return value


def _reals(tensor: Tensor, values: Feeds) -> NDArray[Any]:
    if tensor.data is None:
        return values[tensor.name]
    return dequantize(tensor.data, tensor.quantization) if tensor.quantization else tensor.data
