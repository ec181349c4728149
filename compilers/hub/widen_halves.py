"""Networks in float16 as float32: every constant keeps its value exactly."""

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, numpy_helper

from compilers.hub.model_file import graphs_of, tensors_of

__all__ = ["widen_halves"]


def widen_halves(model: ModelProto) -> None:
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
