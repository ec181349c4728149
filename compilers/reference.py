"""The numpy semantics of the Graph, op by op: the reference for every back end."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arithmetic import dequantize
from compilers.op_table import find_op
from zoo.errors import HubError, PluginError
from zoo.graph import Graph, Node, Tensor
from zoo.op import Op
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
    constants as the reals they represent. Raises PluginError if the op returns another array than
    its output's tensor states.
    """
    op, tensors, output = find_op(node.op), graph.inputs_of(node), graph.tensors[node.output]
    activations = [tensor for tensor in tensors if not tensor.is_constant]
    if any(tensor.quantization for tensor in (*activations, output)):
        arrays = [values[t.name] if t.data is None else t.data for t in tensors]
        return _checked(op, output, op.run_integer(node, arrays, tensors, output))
    return _checked(op, output, op.run_float(node, [_reals(tensor, values) for tensor in tensors]))


def _checked(op: Op, output: Tensor, result: NDArray[Any]) -> NDArray[Any]:
    if not isinstance(result, np.ndarray) or not _fits(result.shape, output):
        found = list(result.shape) if isinstance(result, np.ndarray) else f"a {type(result)}"
        raise PluginError(
            f"op '{op.name}': returns {found} for tensor '{output.name}', which is "
            f"{list(output.shape)}; repair the op's run_float, run_integer or infer_shape"
        )
    return result


def _feed(tensor: Tensor, feeds: Feeds) -> NDArray[Any]:
    if tensor.name not in feeds:
        raise HubError(
            f"the network's input '{tensor.name}' is missing; given: "
            f"{', '.join(feeds) or 'nothing'}"
        )
    value = np.asarray(feeds[tensor.name], np.float32)
    if not _fits(value.shape, tensor):
        raise HubError(
            f"the network's input '{tensor.name}' has shape {tensor.shape}, given: {value.shape}"
        )
    return value


def _fits(shape: tuple[int, ...], tensor: Tensor) -> bool:
    """Whether an array of this shape can be the tensor; its symbolic axes take any length."""
    return len(shape) == len(tensor.shape) and all(
        isinstance(wanted, str) or found == wanted
        for found, wanted in zip(shape, tensor.shape, strict=True)
    )


def _reals(tensor: Tensor, values: Feeds) -> NDArray[Any]:
    if tensor.data is None:
        return values[tensor.name]
    return dequantize(tensor.data, tensor.quantization) if tensor.quantization else tensor.data
