"""The bytes of any .tflite file, from any program -> TfliteFile, with every index checked."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from compilers.tflite.op_options import read_options
from compilers.tflite.schema import schema
from compilers.tflite.sparse import Sparsity, read_sparsity
from zoo.errors import ArtifactError
from zoo.flat_table import FlatTable

__all__ = ["FileOp", "FileTensor", "TfliteFile", "decode"]

_IDENTIFIER = b"TFL3"
_VERSION = 3
_NO_BUFFER = 0
_ABSENT = -1
"""Index of an omitted optional input."""
_IN_THE_TABLE = 1
"""Largest 'offset' of a buffer with data in the flatbuffer itself."""
_ITEM_BYTES: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("BOOL", "INT8", "UINT8"), 1),
        **dict.fromkeys(("FLOAT16", "INT16", "UINT16"), 2),
        **dict.fromkeys(("FLOAT32", "INT32", "UINT32"), 4),
        **dict.fromkeys(("FLOAT64", "INT64", "UINT64"), 8),
    }
)


@dataclass(frozen=True)
class FileTensor:
    """A tensor. dtype: the schema's name.  data: bytes of a constant, empty otherwise.

    open_axes: whose size in `shape` is no more than a default.  sparsity: how the data are stored,
    None for all values in order.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    open_axes: tuple[int, ...]
    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    axis: int
    data: memoryview
    sparsity: Sparsity | None = None


@dataclass(frozen=True)
class FileOp:
    """An op. code: the schema's name.  inputs, outputs: indices of tensors, -1 for none.

    options: by name, of ops in compilers.tflite.op_options.
    """

    code: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, float]


@dataclass(frozen=True)
class TfliteFile:
    """The first subgraph of a file, which is the one that runs, and the number of subgraphs.

    metadata: contents by name.
    """

    name: str
    tensors: tuple[FileTensor, ...]
    ops: tuple[FileOp, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    metadata: Mapping[str, memoryview]
    subgraphs: int


def decode(content: bytes, where: str) -> TfliteFile:
    """Return the file's content.

    Raises ArtifactError naming `where` for a damaged or different file, ToolchainError if the
    schema is missing.
    """
    try:
        return _decode(content)
    except ValueError as error:
        raise ArtifactError(
            f"{where}: not a .tflite file, or a damaged one ({error}); build or convert it again"
        ) from error


def _decode(content: bytes) -> TfliteFile:
    if content[4:8] != _IDENTIFIER:
        raise ValueError(f"bytes 4 to 7 are {content[4:8]!r}; expected {_IDENTIFIER!r}")
    model = FlatTable.root(content)
    version = model.number(0, "I")
    if version != _VERSION:
        raise ValueError(f"its schema has version {version}; expected {_VERSION}")
    subgraphs = model.tables(2)
    if not subgraphs:
        raise ValueError("it has no subgraph")
    main, buffers = subgraphs[0], model.tables(4)
    tensors = tuple(_tensor(table, buffers, content) for table in main.tables(0))
    codes = [_code(table) for table in model.tables(1)]
    return TfliteFile(
        name=main.text(4) or model.text(3),
        tensors=tensors,
        ops=tuple(_op(table, codes, len(tensors)) for table in main.tables(3)),
        inputs=_indices(main, 1, len(tensors)),
        outputs=_indices(main, 2, len(tensors)),
        metadata={
            table.text(0): _data(table.number(1, "I"), buffers, content)
            for table in model.tables(6)
        },
        subgraphs=len(subgraphs),
    )


def _tensor(table: FlatTable, buffers: Sequence[FlatTable], content: bytes) -> FileTensor:
    grid = table.table(4)
    tensor = FileTensor(
        name=table.text(3),
        shape=tuple(table.numbers(0, "<i4").tolist()),
        dtype=_name("TensorType", table.number(1, "b")),
        open_axes=tuple(np.flatnonzero(table.numbers(7, "<i4") < 0).tolist()),
        scales=tuple(grid.numbers(2, "<f4").tolist()) if grid else (),
        zero_points=tuple(grid.numbers(3, "<i8").tolist()) if grid else (),
        axis=grid.number(6, "i") if grid else 0,
        data=_data(table.number(2, "I"), buffers, content),
        sparsity=read_sparsity(table.table(6)),
    )
    if tensor.data and tensor.sparsity is None:
        _require_size(tensor)
    _require_scales(tensor)
    return tensor


def _require_size(tensor: FileTensor) -> None:
    item_bytes = _ITEM_BYTES.get(tensor.dtype)
    if item_bytes and math.prod(tensor.shape) * item_bytes != len(tensor.data):
        raise ValueError(
            f"constant '{tensor.name}' {list(tensor.shape)} {tensor.dtype} has "
            f"{len(tensor.data)} bytes"
        )


def _require_scales(tensor: FileTensor) -> None:
    count, zero_points = len(tensor.scales), len(tensor.zero_points)
    if zero_points not in (count, 0):
        raise ValueError(f"tensor '{tensor.name}' has {count} scales, {zero_points} zero points")
    along = tensor.shape[tensor.axis : tensor.axis + 1] if tensor.axis >= 0 else ()
    if count > 1 and along != (count,):
        raise ValueError(
            f"tensor '{tensor.name}' {list(tensor.shape)} has {count} scales on axis {tensor.axis}"
        )


def _data(index: int, buffers: Sequence[FlatTable], content: bytes) -> memoryview:
    """Return a buffer's bytes, which in large files follow the flatbuffer."""
    if index == _NO_BUFFER:
        return memoryview(b"")
    if index >= len(buffers):
        raise ValueError(f"buffer {index} does not exist; there are {len(buffers)}")
    start, size = buffers[index].number(1, "Q"), buffers[index].number(2, "Q")
    if start <= _IN_THE_TABLE:
        return buffers[index].data(0)
    if start + size > len(content):
        raise ValueError(f"buffer {index} reaches to byte {start + size} of {len(content)}")
    return memoryview(content)[start : start + size]


def _code(table: FlatTable) -> str:
    """Return the name of an op, which is the larger of two fields."""
    name = _name("BuiltinOperator", max(table.number(0, "b"), table.number(3, "i")))
    return f"CUSTOM {table.text(1)}" if name == "CUSTOM" else name


def _op(table: FlatTable, codes: Sequence[str], tensors: int) -> FileOp:
    code = table.number(0, "I")
    if code >= len(codes):
        raise ValueError(f"op code {code} does not exist; there are {len(codes)}")
    inputs, outputs = (_indices(table, field, tensors) for field in (1, 2))
    return FileOp(codes[code], inputs, outputs, read_options(codes[code], table.table(4)))


def _indices(table: FlatTable, field: int, tensors: int) -> tuple[int, ...]:
    indices = table.numbers(field, "<i4")
    wrong = indices[(indices < _ABSENT) | (indices >= tensors)]
    if wrong.size:
        raise ValueError(f"tensor {wrong[0]} does not exist; there are {tensors}")
    return tuple(np.asarray(indices).tolist())


def _name(enumeration: str, value: int) -> str:
    """Return the schema's name of a value, or its number if the schema is older."""
    names = vars(getattr(schema(), enumeration))
    found = (name for name, number in names.items() if number == value and name[0] != "_")
    return next(found, f"{enumeration} {value}")
