"""The schema, compared with the one that AMD's library carries."""

import re
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2
from google.protobuf.message import DecodeError

from compilers.xmodel.messages import file_descriptor

LEFT_OUT = {"OpDef", "AttrDef", "OpArgDef", "MapString2BytesVec"}
"""Definitions of ops, which a loader does without, and a message that nothing uses."""


def _libxir() -> Path | None:
    return next(iter(sorted(Path("/usr/lib").glob("*/libxir.so.2*"))), None)


def _embedded(library: bytes, name: bytes) -> descriptor_pb2.FileDescriptorProto:
    """Return the descriptor that protoc has put into a library: the longest that parses."""
    start = library.index(b"\n" + bytes([len(name)]) + name)
    for length in range(8000, 100, -1):
        try:
            return descriptor_pb2.FileDescriptorProto.FromString(library[start : start + length])
        except DecodeError:
            continue
    raise AssertionError(f"{name!r} is not in the library")


def _fields(message: descriptor_pb2.DescriptorProto) -> set[tuple[object, ...]]:
    nested = {entry.name: tuple(sorted(_fields(entry))) for entry in message.nested_type}
    return {
        (f.name, f.number, f.type, f.label, nested.get(f.type_name.split(".")[-1], f.type_name))
        for f in message.field
    }


def test_every_field_is_that_of_the_real_library():
    library = _libxir()
    if library is None:
        pytest.skip("no libxir: apt install libxir2")
    real = _embedded(library.read_bytes(), b"graph_proto_v2.proto")
    ours = {message.name: _fields(message) for message in file_descriptor().message_type}
    theirs = {message.name: _fields(message) for message in real.message_type}
    theirs["Graph"] = {field for field in theirs["Graph"] if field[0] != "op_defs"}
    assert set(theirs) - set(ours) == LEFT_OUT
    assert {name: theirs[name] for name in ours} == ours


def test_nothing_of_the_schema_is_skipped():
    from compilers.xmodel import messages

    text = re.sub(r"//.*", "", Path(messages.__file__).with_name("xir.proto").read_text())
    file = file_descriptor()
    assert len(file.message_type) == text.count("message ")
    assert sum(len(message.field) for message in file.message_type) == len(
        re.findall(r"= \d+;", text)
    )
