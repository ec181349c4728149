"""Any ONNX file in the form that is read: float32, sorted, of an opset that the hub knows."""

from collections.abc import Iterator

import numpy as np
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto, numpy_helper

from compilers.hub.change_opset import change_opset
from compilers.hub.decode import INVALID, check
from compilers.hub.infer_shapes import infer_shapes
from compilers.hub.model_file import graphs_of, tensors_of
from zoo.errors import HubError

__all__ = ["canonical"]


def canonical(model: ModelProto, where: str) -> None:
    """Bring a model into that form; raises HubError where it is broken or cannot be.

    What it says of the shapes of values that it computes may be stale: it is forgotten.
    """
    try:
        for graph in graphs_of(model.graph):
            _sort_nodes(graph)
            del graph.value_info[:]
        _widen_halves(model)
        change_opset(model, where)
        _renew_outputs(model)
    # Old forms are read before they are checked.
    except (*INVALID, LookupError, TypeError) as error:
        raise HubError(
            f"{where}: not a valid ONNX model ({error}); export or download it again"
        ) from error
    check(model, where)


def _renew_outputs(model: ModelProto) -> None:
    """Give the outputs the shapes that ONNX infers; where it cannot, they keep their own."""
    shapes = infer_shapes(model)
    for output in model.graph.output:
        if output.name in shapes:
            output.type.tensor_type.shape.CopyFrom(shapes[output.name])


def _sort_nodes(graph: GraphProto) -> None:
    """Order the nodes; those in order already, and those of a circle, keep theirs."""
    nodes = list(graph.node)
    makers = {name: i for i, node in enumerate(nodes) for name in node.output if name}
    reads = [
        sorted({makers[n] for n in _reads(node) if n in makers} - {i})
        for i, node in enumerate(nodes)
    ]
    order = _order(reads)
    if order != list(range(len(nodes))):
        del graph.node[:]
        graph.node.extend(nodes[index] for index in order)


def _order(reads: list[list[int]]) -> list[int]:
    """Return all indices, each behind those that it reads where that is possible."""
    placed: dict[int, None] = {}
    for first in range(len(reads)):
        open_, below = {first}, [(first, iter(reads[first]))]
        while below:
            index, inputs = below[-1]
            missing = next((i for i in inputs if i not in placed and i not in open_), None)
            if missing is None:
                placed.setdefault(index)
                below.pop()
            else:
                open_.add(missing)
                below.append((missing, iter(reads[missing])))
    return list(placed)


def _reads(node: NodeProto) -> Iterator[str]:
    """Yield what a node reads; graphs inside it read values around it."""
    yield from node.input
    for attribute in node.attribute:
        for graph in (*attribute.graphs, attribute.g):
            for inner in graph.node:
                yield from _reads(inner)


def _widen_halves(model: ModelProto) -> None:
    """Replace float16 by float32 in inputs, outputs, constants and casts.

    Raises ValueError for a constant whose values are damaged.
    """
    for tensor in tensors_of(model):
        if tensor.data_type == TensorProto.FLOAT16:
            wide = numpy_helper.to_array(tensor).astype(np.float32)
            tensor.CopyFrom(numpy_helper.from_array(wide, tensor.name))
    for graph in graphs_of(model.graph):
        for value in (*graph.input, *graph.output):
            _widen_value(value)
        for node in graph.node:
            _widen_cast(node)


def _widen_value(value: ValueInfoProto) -> None:
    if value.type.tensor_type.elem_type == TensorProto.FLOAT16:
        value.type.tensor_type.elem_type = TensorProto.FLOAT


def _widen_cast(node: NodeProto) -> None:
    for attribute in node.attribute:
        if (node.op_type, attribute.name, attribute.i) == ("Cast", "to", TensorProto.FLOAT16):
            attribute.i = TensorProto.FLOAT
