"""Small .tflite files, written by LiteRT's own classes alone: another program than our compiler.

Tests that use it are skipped where LiteRT is not installed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pytest

from compilers.tflite.schema import new_builder, schema

__all__ = ["Computed", "FileOp", "Grid", "written"]

pytest.importorskip("ai_edge_litert", reason="LiteRT is missing: pip install edgezoo[litert]")


@dataclass(frozen=True)
class Grid:
    """Scales and zero points of a tensor."""

    scale: Sequence[float]
    zero_point: Sequence[int]
    axis: int = 0


@dataclass(frozen=True)
class Computed:
    """An input of the network, or what an op computes."""

    name: str
    shape: Sequence[int]
    dtype: str = "FLOAT32"
    grid: Grid | None = None


@dataclass(frozen=True)
class FileOp:
    """An op. inputs: names of tensors, None for omitted ones.  options: fields of the table.

    custom: the name of a custom op.
    """

    code: str
    inputs: Sequence[str | None]
    outputs: Sequence[str]
    table: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    custom: str = ""


def written(
    ops: Sequence[FileOp],
    computed: Sequence[Computed],
    constants: Mapping[str, np.ndarray],
    inputs: Sequence[str] = ("x",),
    outputs: Sequence[str] = ("y",),
    grids: Mapping[str, Grid] | None = None,
    sparse: Mapping[str, tuple] = MappingProxyType({}),
) -> bytes:
    """Return the file. grids: of constants.  sparse: (shape, SparsityParametersT) of constants."""
    given = schema()
    model, graph = given.ModelT(), given.SubGraphT()
    model.version, model.buffers, model.subgraphs = 3, [given.BufferT()], [graph]
    graph.tensors = [_tensor(t.name, t.shape, t.dtype, t.grid) for t in computed]
    for name, values in constants.items():
        kind = values.dtype.name.upper()
        tensor = _tensor(name, values.shape, kind, (grids or {}).get(name))
        if name in sparse:
            shape, tensor.sparsity = sparse[name]
            tensor.shape = np.array(shape, np.int32)
        tensor.buffer = len(model.buffers)
        buffer = given.BufferT()
        buffer.data = np.frombuffer(values.tobytes(), np.uint8)
        model.buffers.append(buffer)
        graph.tensors.append(tensor)
    places = {tensor.name: index for index, tensor in enumerate(graph.tensors)}
    graph.inputs, graph.outputs = _indices(places, inputs), _indices(places, outputs)
    model.operatorCodes = [_code(op) for op in ops]
    graph.operators = [_operator(op, index, places) for index, op in enumerate(ops)]
    builder = new_builder()
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _tensor(name: str, shape: Sequence[int], kind: str, grid: Grid | None) -> object:
    tensor = schema().TensorT()
    tensor.name, tensor.shape, tensor.hasRank = name, np.array(shape, np.int32), True
    tensor.type = getattr(schema().TensorType, kind)
    if grid is not None:
        tensor.quantization = schema().QuantizationParametersT()
        tensor.quantization.scale = np.array(grid.scale, np.float32)
        tensor.quantization.zeroPoint = np.array(grid.zero_point, np.int64)
        tensor.quantization.quantizedDimension = grid.axis
    return tensor


def _code(op: FileOp) -> object:
    code = schema().OperatorCodeT()
    code.builtinCode = getattr(schema().BuiltinOperator, op.code)
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)
    code.version = 1
    if op.custom:
        code.customCode = op.custom
    return code


def _operator(op: FileOp, code: int, places: Mapping[str, int]) -> object:
    table = schema().OperatorT()
    table.opcodeIndex = code
    table.inputs, table.outputs = _indices(places, op.inputs), _indices(places, op.outputs)
    if op.table:
        table.builtinOptionsType = getattr(schema().BuiltinOptions, op.table)
        table.builtinOptions = getattr(schema(), f"{op.table}T")()
        for name, value in op.options.items():
            assert hasattr(table.builtinOptions, name), name
            setattr(table.builtinOptions, name, value)
    return table


def _indices(places: Mapping[str, int], names: Sequence[str | None]) -> np.ndarray:
    return np.array([-1 if name is None else places[name] for name in names], np.int32)
