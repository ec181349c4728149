"""A user's ONNX file, with its external weights."""

import math
import os
from collections.abc import Iterator
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError, Message
from onnx import GraphProto, ModelProto, TensorProto, helper

from compilers.hub.calls import check_calls
from zoo.errors import HubError
from zoo.file_content import file_content

__all__ = ["data_files", "graphs_of", "load_model", "metadata_of", "parse_model", "tensors_of"]

_LARGEST = 2**31 - 1  # of a protobuf message


def parse_model(content: bytes, where: str) -> ModelProto:
    """Return the model.

    Raises HubError if it is not ONNX, truncated, or larger than any once its functions are inlined.
    """
    try:
        model = onnx.load_from_string(content)
    except DecodeError as error:
        raise HubError(
            f"{where}: not an ONNX file, or a truncated one ({error}); export or download it again"
        ) from error
    if broken := next(_not_texts(model), None):
        raise HubError(
            f"{where}: a text of it is not UTF-8 ({broken[:40]!r}); export or download it again"
        )
    check_calls(model, where)
    return model


def _not_texts(message: Message) -> Iterator[bytes]:
    """Yield texts that are none: protobuf returns their bytes."""
    for field, value in message.ListFields():
        if field.type not in (field.TYPE_STRING, field.TYPE_MESSAGE):
            continue
        for item in (value,) if isinstance(value, str | bytes | Message) else value:
            if isinstance(item, Message):
                yield from _not_texts(item)
            elif isinstance(item, bytes):
                yield item


def load_model(file: Path) -> ModelProto:
    """Return the model with all weights embedded; raises HubError naming the file at fault."""
    where = str(file)
    model = parse_model(file_content(file, HubError), where)
    left = _LARGEST - model.ByteSize()
    for tensor in _outside(model):
        data = _outside_data(file, tensor)
        left -= len(data)
        if left < 0:
            raise HubError(f"{where}: with its weights it is larger than 2 GiB; use a smaller one")
        tensor.raw_data = data
        tensor.data_location = TensorProto.DEFAULT
        del tensor.external_data[:]
    return model


def data_files(file: Path) -> tuple[Path, ...]:
    """Return the files with a model's external weights, sorted.

    Raises HubError for a file that is not ONNX, or that names files elsewhere.
    """
    model = parse_model(file_content(file, HubError), str(file))
    return tuple(sorted({_beside(file, tensor) for tensor in _outside(model)}))


def metadata_of(file: Path) -> dict[str, str]:
    """Return the texts by key beside the network; raises HubError for a file that is not ONNX."""
    model = parse_model(file_content(file, HubError), str(file))
    return {entry.key: entry.value for entry in model.metadata_props}


def graphs_of(graph: GraphProto) -> Iterator[GraphProto]:
    """Yield a graph and its nodes' subgraphs."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in (*attribute.graphs, *([attribute.g] if attribute.HasField("g") else ())):
                yield from graphs_of(inner)


def tensors_of(model: ModelProto) -> Iterator[TensorProto]:
    """Yield every constant, including those in attributes."""
    for graph in graphs_of(model.graph):
        yield from graph.initializer
        for node in graph.node:
            for attribute in node.attribute:
                if attribute.HasField("t"):
                    yield attribute.t
                yield from attribute.tensors


def _outside(model: ModelProto) -> list[TensorProto]:
    return [t for t in tensors_of(model) if t.data_location == TensorProto.EXTERNAL]


def _beside(file: Path, tensor: TensorProto) -> Path:
    """Return the file with a constant; raises HubError unless it is beside the model."""
    location = _entries(tensor).get("location", "")
    path = file.parent / location
    if location in ("", ".", "..") or Path(location).name != location or path.is_symlink():
        raise HubError(
            f"{file}: the constant '{tensor.name}' is in '{location}'; weights are read only from "
            "regular files in the model's folder: copy that file there, or save the model with "
            "its weights inside: onnx.save(model, path, save_as_external_data=False)"
        )
    return path


def _outside_data(file: Path, tensor: TensorProto) -> bytes:
    path, entries = _beside(file, tensor), _entries(tensor)
    try:
        offset = int(entries.get("offset", "0"))
        size = _size_bytes(tensor)
        length = int(entries.get("length", size))
        with path.open("rb") as data:
            data.seek(offset)
            content = data.read(size) if length == size <= os.fstat(data.fileno()).st_size else b""
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HubError(
            f"{file}: the constant '{tensor.name}' cannot be read from '{path.name}' beside it "
            f"({getattr(error, 'strerror', None) or error}); put the model's data file there, "
            "under its own name"
        ) from error
    if len(content) != size or length != size:
        raise HubError(
            f"{file}: the constant '{tensor.name}' needs {size} bytes at {offset} of '{path.name}' "
            f"beside it, which has {path.stat().st_size}; the data file belongs to another model "
            "or is truncated: export or download both again"
        )
    return content


def _entries(tensor: TensorProto) -> dict[str, str]:
    return {entry.key: entry.value for entry in tensor.external_data}


def _size_bytes(tensor: TensorProto) -> int:
    """Return the size of the values; 4-bit integers are packed two to a byte."""
    count: int = math.prod(tensor.dims)
    if tensor.data_type in (TensorProto.INT4, TensorProto.UINT4):
        return (count + 1) // 2
    value_bytes: int = helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
    return count * value_bytes
