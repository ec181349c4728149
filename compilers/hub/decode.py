"""From an ONNX file to a checked protobuf model, and from protobuf to plain values."""

from typing import Any

import numpy as np
import onnx
from onnx import AttributeProto, ModelProto, TensorProto, ValueInfoProto, helper, numpy_helper

from compilers.hub.functions import check_function
from compilers.hub.model_file import parse_model, tensors_of
from zoo.errors import HubError, UnsupportedOpError
from zoo.graph import Tensor

__all__ = [
    "INVALID",
    "OPSETS",
    "check",
    "decode",
    "inputs_of",
    "opset_of",
    "plain_attributes",
    "plain_tensor",
]

OPSETS = range(13, 22)

INVALID = (
    onnx.checker.ValidationError,
    onnx.shape_inference.InferenceError,
    RuntimeError,
    ValueError,  # unknown element types, strings that are not UTF-8
)

_DTYPES = (
    "float32",
    "float64",
    "int64",
    "int32",
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int4",
    "uint4",
    "bool",
)


def decode(content: bytes, where: str) -> ModelProto:
    """Return the model; raises HubError if it is broken or has an unsupported opset."""
    model = parse_model(content, where)
    check(model, where)
    return model


def check(model: ModelProto, where: str) -> None:
    """Raise HubError if a model is broken, or has an unsupported opset or types."""
    _refuse_other_storage(model, where)
    for value in inputs_of(model):
        _check_type(value, where)
    try:
        onnx.checker.check_model(model, full_check=True)
    except INVALID as error:
        raise HubError(
            f"{where}: not a valid ONNX model ({_one_line(error)}); export or download it again"
        ) from error
    _check_opset(model, where)
    for function in model.functions:
        check_function(function, where)


def inputs_of(model: ModelProto) -> list[ValueInfoProto]:
    """Return the network's real inputs; old files also list their constants there."""
    constants = {tensor.name for tensor in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in constants]


def plain_attributes(attributes: "list[AttributeProto]", where: str) -> dict[str, Any]:
    """Return attributes as numbers, strings, tuples of these, and arrays."""
    return {attribute.name: _plain(attribute, where) for attribute in attributes}


def plain_tensor(proto: TensorProto, name: str, where: str) -> Tensor:
    """Return a constant; raises HubError for broken or unsupported data."""
    try:
        array = numpy_helper.to_array(proto)
    except (ValueError, TypeError, RuntimeError, KeyError) as error:
        raise HubError(
            f"{where}: the constant '{name}' is broken ({error}); export the file again"
        ) from error
    dtype = array.dtype.name
    if dtype not in _DTYPES:
        raise HubError(
            f"{where}: the constant '{name}' is {dtype}; supported are {', '.join(_DTYPES)}: "
            "export in float32"
        )
    storage = {"int4": np.int8, "uint4": np.uint8}.get(dtype, array.dtype)
    # A copy, because arrays over protobuf's bytes cannot be marked read-only.
    return Tensor(name, array.shape, dtype, data=np.array(array, storage, order="C"))


def _plain(attribute: AttributeProto, where: str) -> Any:  # noqa: ANN401
    if attribute.type in (AttributeProto.GRAPH, AttributeProto.GRAPHS):
        raise UnsupportedOpError(
            f"{where}: it has the subgraph '{attribute.name}'; control flow is supported only "
            "where constants decide it: state an input that is always the same, such as a sample "
            "rate, among the contract's constants, or export with fixed shapes, or unroll it"
        )
    value = helper.get_attribute_value(attribute)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, TensorProto):
        return plain_tensor(value, attribute.name, where).data
    if attribute.type == AttributeProto.STRINGS:
        return tuple(text.decode("utf-8", "replace") for text in value)
    if attribute.type in (AttributeProto.INTS, AttributeProto.FLOATS):
        return tuple(value)
    return value


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _refuse_other_storage(model: ModelProto, where: str) -> None:
    for sparse in model.graph.sparse_initializer:
        raise HubError(
            f"{where}: the constant '{sparse.values.name}' is sparse; only dense constants are "
            "supported: export it dense"
        )
    for tensor in tensors_of(model):
        if tensor.data_location == TensorProto.EXTERNAL:
            raise HubError(
                f"{where}: the constant '{tensor.name}' is in another file; save the model with "
                "its weights inside: onnx.save(model, path, save_as_external_data=False)"
            )


def _check_type(value: ValueInfoProto, where: str) -> None:
    element = value.type.tensor_type.elem_type
    if element != TensorProto.FLOAT:
        names = {number: name for name, number in TensorProto.DataType.items()}
        found = names.get(element, f"of unknown type {element}") if element else "no tensor"
        raise HubError(
            f"{where}: input '{value.name}' is {found}; inputs of a hub must be FLOAT, those "
            "of a user's file may also be FLOAT16 or UINT8: export in float32, or if it is always "
            "the same, state it among the contract's constants"
        )


def opset_of(model: ModelProto) -> int:
    """Return the version of ONNX's own operators, 0 if not stated."""
    versions = {entry.domain: entry.version for entry in model.opset_import}
    return int(versions.get("", versions.get("ai.onnx", 0)))


def _check_opset(model: ModelProto, where: str) -> None:
    opset = opset_of(model)
    if opset not in OPSETS:
        raise HubError(
            f"{where}: ONNX opset {opset}; supported are {OPSETS.start} to {OPSETS.stop - 1}: "
            "export with one of them"
        )
