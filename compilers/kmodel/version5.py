"""The headers of version 5: nncase 1.x. What its modules compute is not read."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from compilers.kmodel.byte_reader import ByteReader

__all__ = ["VERSION", "Function", "Headers", "Module", "Section", "read_headers"]

VERSION = 5

_HEADER, _MODULE, _POOL, _SECTION = "4s7I", "16s8I", "B3xI", "16s4I"
_SHARED_POOL, _FUNCTION = "2I", "8I"
_MERGED = 1
_LOCATIONS: Mapping[int, str] = MappingProxyType(
    {0: "input", 1: "output", 2: "constants", 3: "data", 4: "shared data", 64: "kpu"}
)
"""Names of memories; those from 64 on are the module's own."""


@dataclass(frozen=True)
class Section:
    """A named part of a module's data, such as '.rdata'."""

    name: str
    size_bytes: int


@dataclass(frozen=True)
class Function:
    """A function of a module. input_bytes, output_bytes: memory for all inputs, all outputs."""

    inputs: int
    outputs: int
    input_bytes: int
    output_bytes: int
    text_bytes: int


@dataclass(frozen=True)
class Module:
    """What one processor runs. kind: 'k210' for the KPU, 'stackvm' for the CPU.

    memory_bytes: of its pools, by memory.
    """

    kind: str
    size_bytes: int
    memory_bytes: Mapping[str, int]
    sections: tuple[Section, ...]
    functions: tuple[Function, ...]


@dataclass(frozen=True)
class Headers:
    """A file. entry_module, entry_function: where it begins."""

    flags: int
    alignment: int
    modules: tuple[Module, ...]
    entry_module: int
    entry_function: int


def read_headers(content: bytes) -> Headers:
    """Return the headers; raises ValueError for a damaged file."""
    reader = ByteReader(content)
    _, _, header_bytes, flags, alignment, count, entry_module, entry_function = reader.unpack(
        _HEADER, "the header"
    )
    reader.position = header_bytes
    modules = tuple(_module(reader, f"module {index}") for index in range(count))
    return Headers(flags, alignment, modules, entry_module, entry_function)


def _module(reader: ByteReader, what: str) -> Module:
    """Return the module at the reader's position, and go behind it."""
    kind, _, header_bytes, size, pools, shared_pools, sections, functions, _ = reader.at(
        reader.position
    ).unpack(_MODULE, what)
    if size < struct.calcsize(f"<{_MODULE}"):  # else a file of a few bytes could state millions
        raise ValueError(f"{what}: its size is {size} bytes, less than its header's")
    body = reader.part(size, what)
    body.take(header_bytes, what)
    memory = {
        _LOCATIONS.get(location, f"location {location}"): pool_bytes
        for location, pool_bytes in body.rows(pools, _POOL, f"memory pools of {what}")
    }
    body.rows(shared_pools, _SHARED_POOL, f"shared memory pools of {what}")
    found = tuple(_function(body, f"function {i} of {what}") for i in range(functions))
    parts = tuple(_section(body, f"section {i} of {what}") for i in range(sections))
    return Module(_text(kind), size, memory, parts, found)


def _function(reader: ByteReader, what: str) -> Function:
    _, size, input_bytes, output_bytes, inputs, outputs, _, text_bytes = reader.at(
        reader.position
    ).unpack(_FUNCTION, what)
    reader.take(max(size, 1), what)
    return Function(inputs, outputs, input_bytes, output_bytes, text_bytes)


def _section(reader: ByteReader, what: str) -> Section:
    """Return the section; its content follows its header unless it is merged into another."""
    name, flags, start, body_bytes, _ = reader.unpack(_SECTION, what)
    if not flags & _MERGED:
        reader.take(start + body_bytes, what)
    return Section(_text(name), body_bytes)


def _text(name: bytes) -> str:
    return name.rstrip(b"\0").decode("ascii", "replace")
