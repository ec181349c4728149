"""Weights and computation in float16; the model's inputs and outputs stay float32."""

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

__all__ = ["to_float16"]


def to_float16(content: bytes) -> bytes:
    """Return a float32 hub as a float16 model, byte-identical for the same hub.

    Constants beyond 65504 saturate. Every float in a hub is an input, an output, an initialiser,
    a constant of a function, or computed from these, so no other types need to change.
    """
    model = ModelProto.FromString(content)
    graph = model.graph
    for initializer in graph.initializer:
        if initializer.data_type == TensorProto.FLOAT:
            initializer.CopyFrom(_half(initializer))
    for function in model.functions:
        for node in function.node:
            if node.op_type == "Constant":
                _halve_constant(node)
    inputs = {value.name: f"{value.name}.float16" for value in graph.input}
    outputs = {value.name: f"{value.name}.float16" for value in graph.output}
    renamed = {**inputs, **outputs}
    for node in graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
        node.output[:] = [renamed.get(name, name) for name in node.output]
    first = [_cast(name, half, TensorProto.FLOAT16) for name, half in inputs.items()]
    last = [_cast(half, name, TensorProto.FLOAT) for name, half in outputs.items()]
    nodes = [*first, *graph.node, *last]
    del graph.node[:]
    graph.node.extend(nodes)
    converted: bytes = model.SerializeToString(deterministic=True)
    return converted


def _halve_constant(node: NodeProto) -> None:
    (attribute,) = node.attribute
    value = helper.get_attribute_value(attribute)
    array = numpy_helper.to_array(value) if isinstance(value, TensorProto) else np.array(value)
    if array.dtype.kind == "f":
        tensor = numpy_helper.from_array(array.astype(np.float32))
        attribute.CopyFrom(helper.make_attribute("value", _half(tensor)))


def _half(tensor: TensorProto) -> TensorProto:
    largest = np.finfo(np.float16).max
    data = np.clip(numpy_helper.to_array(tensor), -largest, largest).astype(np.float16)
    return numpy_helper.from_array(data, tensor.name)


def _cast(source: str, target: str, element: int) -> NodeProto:
    return helper.make_node("Cast", [source], [target], f"{target}/cast", to=element)
