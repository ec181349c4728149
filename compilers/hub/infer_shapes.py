"""Inferred shapes of a model's values, independent of its declarations."""

import onnx
from onnx import ModelProto, TensorProto, TensorShapeProto

__all__ = ["infer_shapes", "renew_outputs"]


def infer_shapes(model: ModelProto) -> dict[str, TensorShapeProto]:
    """Return the shapes of inputs, constants and computed values, as far as ONNX infers them.

    Shapes declared for outputs may be stale and are ignored.
    """
    bare = ModelProto()
    bare.CopyFrom(model)
    for output in bare.graph.output:
        output.ClearField("type")
    inferred = onnx.shape_inference.infer_shapes(bare, data_prop=True).graph
    values = (*inferred.input, *inferred.value_info, *inferred.output)
    tensors = ((value.name, value.type.tensor_type) for value in values)
    constants = {tensor.name: _shape(tensor) for tensor in model.graph.initializer}
    return {**constants, **{name: t.shape for name, t in tensors if t.HasField("shape")}}


def renew_outputs(model: ModelProto) -> None:
    """Set the outputs' shapes to those that ONNX infers, if it can."""
    shapes = infer_shapes(model)
    for output in model.graph.output:
        if output.name in shapes:
            output.type.tensor_type.shape.CopyFrom(shapes[output.name])


def _shape(tensor: TensorProto) -> TensorShapeProto:
    return TensorShapeProto(dim=[TensorShapeProto.Dimension(dim_value=n) for n in tensor.dims])
