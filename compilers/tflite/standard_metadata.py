"""Metadata for Android's tools: names, pixel normalization, licence, oldest runtime.

Tables and field numbers are from metadata_schema.fbs of TensorFlow Lite Support, version 1.1.0. It
cannot express crops and post-processing; these are in the contract, in `zoo.contract`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from compilers.tflite.op_versions import minimum_runtime
from compilers.tflite.schema import new_builder
from compilers.tflite.tflite import TfliteModel
from zoo.contract import Contract, Step

if TYPE_CHECKING:
    from flatbuffers import Builder

__all__ = ["MODEL_METADATA", "RUNTIME", "add_standard_metadata"]

MODEL_METADATA = "TFLITE_METADATA"
RUNTIME = "min_runtime_version"
_RUNTIME_BYTES = 16
_IDENTIFIER = b"M001"
_PARSER_VERSION = "1.0.0"
"""Version of the oldest reader that knows all fields written here."""
_FEATURE, _IMAGE = 1, 2
"""Kinds of Content."""
_NORMALIZATION = 1
"""Kind of a ProcessUnit."""
_UNKNOWN, _RGB, _GRAY = 0, 1, 2

Fields = Mapping[int, tuple[str, int]]


def add_standard_metadata(model: TfliteModel) -> TfliteModel:
    """Return the file with metadata, from its contract if it has one."""
    text = model.metadata.get("zoo.contract")
    contract = text and Contract.from_json(text.decode(), f"{model.name}: zoo.contract")
    runtime = minimum_runtime(op.code for op in model.ops)
    standard = {
        MODEL_METADATA: _model_metadata(model, contract or None),
        RUNTIME: runtime.encode().ljust(_RUNTIME_BYTES, b"\0"),
    }
    return replace(model, metadata={**model.metadata, **standard})


def _model_metadata(model: TfliteModel, contract: Contract | None) -> bytes:
    builder = new_builder()
    inputs = [_tensor(builder, model, index, contract) for index in model.inputs]
    outputs = [_tensor(builder, model, index, None) for index in model.outputs]
    subgraph = _table(
        builder, {2: _offset(_vector(builder, inputs)), 3: _offset(_vector(builder, outputs))}
    )
    licences = model.metadata.get("zoo.licences", b"").decode()
    fields = {
        0: _text(builder, model.name),
        3: _offset(_vector(builder, [subgraph])),
        5: _text(builder, licences),
        7: _text(builder, _PARSER_VERSION),
    }
    builder.Finish(_table(builder, fields), _IDENTIFIER)
    return bytes(builder.Output())


def _tensor(builder: "Builder", model: TfliteModel, index: int, contract: Contract | None) -> int:
    """Add the TensorMetadata of an input or output; contract: describes how to produce it."""
    tensor = model.tensors[index]
    fields = {0: _text(builder, tensor.name)}
    is_image = (
        contract is not None and contract.signal is None and contract.input.name == tensor.name
    )
    fields[3] = _offset(_content(builder, contract if is_image else None))
    if is_image and contract is not None:
        units = [_process_unit(builder, step) for step in contract.pre if step.name == "normalize"]
        fields[4] = _offset(_vector(builder, units))
    return _table(builder, fields)


def _content(builder: "Builder", image: Contract | None) -> int:
    if image is None:
        return _table(builder, {0: ("byte", _FEATURE), 1: _offset(_table(builder, {}))})
    _, height, width = image.input.shape
    size = _table(builder, {0: ("number", width), 1: ("number", height)})
    properties = _table(builder, {0: ("byte", _color_space(image)), 1: _offset(size)})
    return _table(builder, {0: ("byte", _IMAGE), 1: _offset(properties)})


def _color_space(contract: Contract) -> int:
    if contract.input.shape[0] == 1:
        return _GRAY
    orders = {step.parameters["order"] for step in contract.pre if step.name == "color"}
    return _UNKNOWN if "bgr" in orders else _RGB


def _process_unit(builder: "Builder", normalize: Step) -> int:
    fields = {
        field: _offset(builder.CreateNumpyVector(np.array(normalize.parameters[name], np.float32)))
        for field, name in enumerate(("mean", "std"))
    }
    options = _table(builder, fields)
    return _table(builder, {0: ("byte", _NORMALIZATION), 1: _offset(options)})


def _table(builder: "Builder", fields: Fields) -> int:
    """Add a table and return its offset. fields: kind and value by number."""
    builder.StartObject(max(fields, default=-1) + 1)
    add = {
        "byte": builder.PrependUint8Slot,
        "number": builder.PrependUint32Slot,
        "offset": builder.PrependUOffsetTRelativeSlot,
    }
    for field, (kind, value) in fields.items():
        add[kind](field, value, 0)
    return int(builder.EndObject())


def _vector(builder: "Builder", offsets: Sequence[int]) -> int:
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return int(builder.EndVector())


def _text(builder: "Builder", text: str) -> tuple[str, int]:
    return _offset(int(builder.CreateString(text)))


def _offset(place: int) -> tuple[str, int]:
    return "offset", place
