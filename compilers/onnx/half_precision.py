"""Weights and computation in float16; the model's inputs and outputs stay float32."""

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

__all__ = ["to_float16"]

# Resize reads its region and scales in float32, whatever the type of the image.
_FLOAT32_INPUTS = {"Resize": (1, 2)}


def to_float16(content: bytes) -> bytes:
    """Return the float32 model of a file as a float16 one, the same bytes for the same file.

    Numbers beyond 65504 saturate. The file holds its constants as initialisers.
    """
    model = ModelProto.FromString(content)
    graph = model.graph
    kept = {name for node in graph.node for name in _float32_inputs(node)}
    for initializer in graph.initializer:
        if initializer.data_type == TensorProto.FLOAT and initializer.name not in kept:
            initializer.CopyFrom(_half(initializer))
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
    half: bytes = model.SerializeToString(deterministic=True)
    return half


def _float32_inputs(node: NodeProto) -> list[str]:
    indices = _FLOAT32_INPUTS.get(node.op_type, ())
    return [node.input[index] for index in indices if index < len(node.input)]


def _half(tensor: TensorProto) -> TensorProto:
    largest = np.finfo(np.float16).max
    data = np.clip(numpy_helper.to_array(tensor), -largest, largest).astype(np.float16)
    return numpy_helper.from_array(data, tensor.name)


def _cast(source: str, target: str, element: int) -> NodeProto:
    return helper.make_node("Cast", [source], [target], f"{target}/cast", to=element)
