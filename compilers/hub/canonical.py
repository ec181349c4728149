"""Converts any ONNX file to the form that the hub reads: float32, sorted, a supported opset."""

from collections.abc import Iterator

import numpy as np
from onnx import (
    GraphProto,
    ModelProto,
    NodeProto,
    TensorProto,
    ValueInfoProto,
    helper,
    numpy_helper,
    shape_inference,
)

from compilers.hub.change_opset import change_opset
from compilers.hub.decode import INVALID, check
from compilers.hub.infer_shapes import renew_outputs
from compilers.hub.model_file import graphs_of, tensors_of
from zoo.errors import HubError

__all__ = ["canonical"]


def canonical(model: ModelProto, where: str) -> None:
    """Convert a model to that form; raises HubError if it is broken or cannot be converted.

    Declared shapes of computed values may be stale and are discarded.
    """
    try:
        for graph in graphs_of(model.graph):
            _sort_nodes(graph)
            del graph.value_info[:]
        _widen_halves(model)
        change_opset(model, where)
        _name_casts(model)
        renew_outputs(model)
    # Old forms are converted before they are checked.
    except (*INVALID, LookupError, TypeError) as error:
        raise HubError(
            f"{where}: not a valid ONNX model ({error}); export or download it again"
        ) from error
    check(model, where)


def _name_casts(model: ModelProto) -> None:
    """Write each CastLike as a Cast, so that what is computed from constants can be folded."""
    casts = [node for node in model.graph.node if node.op_type == "CastLike"]
    types = _types(model) if casts else {}
    for node in casts:
        if types.get(node.input[1]):
            kind = helper.make_attribute("to", types[node.input[1]])
            node.op_type = "Cast"
            del node.attribute[:], node.input[1:]
            node.attribute.append(kind)


def _types(model: ModelProto) -> dict[str, int]:
    """Return the element types of values, where they are known."""
    graph = shape_inference.infer_shapes(model).graph
    values = (*graph.input, *graph.value_info, *graph.output)
    known = {tensor.name: tensor.data_type for tensor in graph.initializer}
    return known | {value.name: value.type.tensor_type.elem_type for value in values}


def _sort_nodes(graph: GraphProto) -> None:
    """Sort the nodes; nodes already in order, and those in a cycle, keep their order."""
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
    """Return all indices in topological order, as far as possible."""
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
    """Yield what a node reads, including values read by its subgraphs."""
    yield from node.input
    for attribute in node.attribute:
        for graph in (*attribute.graphs, attribute.g):
            for inner in graph.node:
                yield from _reads(inner)


def _widen_halves(model: ModelProto) -> None:
    """Replace float16 by float32 in inputs, outputs, constants and casts.

    Raises ValueError for a constant with damaged values.
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
