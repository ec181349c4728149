"""The protobuf messages of xir.proto, created at run time without protoc or generated code.

Data types are numbers there; XIR names them by kind and width, such as FLOAT32 or XINT8.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

__all__ = ["ALTERNATIVES", "dtype_codes", "dtype_name", "file_descriptor", "graph_message"]

_SCHEMA = Path(__file__).with_name("xir.proto")
_FIELD = r"(repeated )?(?:map<string, (\w+)>|(\w+)) (\w+) = (\d+);"
_FieldProto = descriptor_pb2.FieldDescriptorProto
_KINDS = ("INT", "UINT", "XINT", "XUINT", "FLOAT", "UNKNOWN")
_SCALARS = ("bool", "int32", "uint32", "int64", "uint64", "float", "double", "string", "bytes")

ALTERNATIVES = "AttrValue"
"""The message with a single oneof, 'value'."""


@cache
def graph_message() -> Any:  # noqa: ANN401 (a class made at run time)
    """Return the message class of a whole file."""
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file_descriptor())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("serial_v2.Graph"))


def file_descriptor() -> Any:  # noqa: ANN401 (protobuf ships no types)
    """Return xir.proto as a FileDescriptorProto; supports the subset of the language it uses."""
    text = re.sub(r"//.*", "", _SCHEMA.read_text("utf-8"))
    file = descriptor_pb2.FileDescriptorProto(
        name=_SCHEMA.name, package="serial_v2", syntax="proto3"
    )
    for match in re.finditer(r"message (\w+) \{((?:[^{}]|\{[^{}]*\})*)\}", text):
        message = file.message_type.add(name=match[1])
        if match[1] == ALTERNATIVES:
            message.oneof_decl.add(name="value")
        for field in re.finditer(_FIELD, match[2]):
            _add_field(message, *field.groups())
    return file


def _add_field(
    message: Any,  # noqa: ANN401
    repeated: str | None,
    mapped: str | None,
    plain: str | None,
    name: str,
    number: str,
) -> None:
    field = message.field.add(name=name, number=int(number))
    field.label = _FieldProto.LABEL_REPEATED if repeated or mapped else _FieldProto.LABEL_OPTIONAL
    if message.name == ALTERNATIVES:
        field.oneof_index = 0
    _set_type(field, plain or _add_entry(message, name, mapped or ""))


def _add_entry(message: Any, field: str, mapped: str) -> str:  # noqa: ANN401
    """Add the message of a map entry, and return its name."""
    name = "".join(part.capitalize() for part in field.split("_")) + "Entry"
    entry = message.nested_type.add(name=name)
    entry.options.map_entry = True
    for number, (role, kind) in enumerate((("key", "string"), ("value", mapped)), start=1):
        part = entry.field.add(name=role, number=number, label=_FieldProto.LABEL_OPTIONAL)
        _set_type(part, kind)
    return f"{message.name}.{name}"


def _set_type(field: Any, kind: str) -> None:  # noqa: ANN401
    if kind in _SCALARS:
        field.type = getattr(_FieldProto, f"TYPE_{kind.upper()}")
    else:
        field.type, field.type_name = _FieldProto.TYPE_MESSAGE, f".serial_v2.{kind}"


def dtype_codes(name: str) -> tuple[int, int]:
    """Return (data_type, tensor_bit_width) of a name; raises ValueError for an unknown type."""
    match = re.fullmatch(r"([A-Z]+)(\d+)", name)
    if match is None or match[1] not in _KINDS:
        raise ValueError(f"'{name}' is not a data type of XIR")
    return _KINDS.index(match[1]), int(match[2])


def dtype_name(kind: int, bits: int) -> str:
    """Return the name of a data type; raises ValueError for a kind that XIR lacks."""
    if not 0 <= kind < len(_KINDS) or not 0 <= bits <= 1 << 10:
        raise ValueError(f"data type {kind} of {bits} bits is not one of XIR's")
    return f"{_KINDS[kind]}{bits}"
