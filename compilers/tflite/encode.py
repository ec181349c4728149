"""TfliteModel -> the bytes of a .tflite file, byte-identical for the same model."""

from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.tflite.op_versions import OP_VERSIONS
from compilers.tflite.schema import new_builder, schema
from compilers.tflite.tflite import TfliteModel, TfliteOp, TfliteTensor
from zoo.graph import Quantization

if TYPE_CHECKING:
    from flatbuffers import Builder

__all__ = ["encode"]

_SCHEMA_VERSION = 3
_IDENTIFIER = b"TFL3"
_ALIGNMENT = 16
"""Alignment of buffers in bytes, the schema's force_align."""
_PLACEHOLDER = 127
"""Value of the 8-bit op code field if a code needs more bits."""

_ENUMERATIONS = MappingProxyType(
    {
        "fusedActivationFunction": "ActivationFunctionType",
        "inDataType": "TensorType",
        "outDataType": "TensorType",
        "padding": "Padding",
    }
)


def encode(model: TfliteModel) -> bytes:
    """Return the file; raises ToolchainError if the schema is missing."""
    table = schema().ModelT()
    codes = tuple(dict.fromkeys(op.code for op in model.ops))
    table.version, table.description = _SCHEMA_VERSION, model.name
    table.operatorCodes = [_operator_code(code) for code in codes]
    # The first buffer is empty, for all tensors without data.
    table.buffers = [schema().BufferT()]
    table.subgraphs = [_subgraph(model, codes, table.buffers)]
    table.metadata = [_metadata(*entry, table.buffers) for entry in sorted(model.metadata.items())]
    builder = new_builder()
    builder.Finish(table.Pack(builder), _IDENTIFIER)
    return bytes(builder.Output())


def _operator_code(code: str) -> Any:  # noqa: ANN401 (the schema's classes have no types)
    table = schema().OperatorCodeT()
    table.builtinCode = getattr(schema().BuiltinOperator, code)
    table.deprecatedBuiltinCode = min(table.builtinCode, _PLACEHOLDER)
    table.version, _ = OP_VERSIONS[code]
    return table


def _subgraph(model: TfliteModel, codes: tuple[str, ...], buffers: list[Any]) -> Any:  # noqa: ANN401
    table = schema().SubGraphT()
    table.name = model.name
    table.tensors = [_tensor(tensor, buffers) for tensor in model.tensors]
    table.operators = [_operator(op, codes) for op in model.ops]
    table.inputs, table.outputs = _int32(model.inputs), _int32(model.outputs)
    return table


def _tensor(tensor: TfliteTensor, buffers: list[Any]) -> Any:  # noqa: ANN401
    table = schema().TensorT()
    table.name, table.shape, table.hasRank = tensor.name, _int32(tensor.shape), True
    table.type = getattr(schema().TensorType, tensor.dtype.upper())
    table.buffer = 0
    if tensor.data is not None:
        table.buffer = _add_buffer(tensor.data.astype(tensor.dtype), buffers)
    if tensor.grid is not None:
        table.quantization = _quantization(tensor.grid)
    return table


def _quantization(grid: Quantization) -> Any:  # noqa: ANN401
    table = schema().QuantizationParametersT()
    table.scale = np.array(grid.scale, np.float32)
    table.zeroPoint = np.array(grid.zero_point, np.int64)
    table.quantizedDimension = grid.axis or 0
    return table


def _operator(op: TfliteOp, codes: tuple[str, ...]) -> Any:  # noqa: ANN401
    table = schema().OperatorT()
    table.opcodeIndex = codes.index(op.code)
    table.inputs, table.outputs = _int32(op.inputs), _int32((op.output,))
    if op.options:
        table.builtinOptionsType = getattr(schema().BuiltinOptions, op.options)
        table.builtinOptions = getattr(schema(), f"{op.options}T")()
        for name, value in op.settings.items():
            setattr(table.builtinOptions, name, _setting(name, value))
    return table


def _setting(name: str, value: object) -> object:
    if isinstance(value, str):
        return getattr(getattr(schema(), _ENUMERATIONS[name]), value)
    return _int32(value) if isinstance(value, tuple) else value


def _metadata(name: str, content: bytes, buffers: list[Any]) -> Any:  # noqa: ANN401
    table = schema().MetadataT()
    table.name = name
    table.buffer = _add_buffer(np.frombuffer(content, np.uint8), buffers)
    return table


def _add_buffer(data: NDArray[Any], buffers: list[Any]) -> int:
    """Add the bytes of an array, little-endian, and return the buffer's index."""
    little = data.astype(data.dtype.newbyteorder("<"))
    table = schema().BufferT()
    table.data = np.frombuffer(little.tobytes(), np.uint8)
    table.Pack = _aligned(table.Pack, table.data.nbytes)
    buffers.append(table)
    return len(buffers) - 1


def _aligned(pack: Callable[["Builder"], int], size_bytes: int) -> Callable[["Builder"], int]:
    """Return `pack` with data aligned to 16 bytes, which Python's writer does not do."""

    def pack_aligned(builder: "Builder") -> int:
        builder.Prep(_ALIGNMENT, size_bytes)
        return pack(builder)

    return pack_aligned


def _int32(values: Any) -> NDArray[np.int32]:  # noqa: ANN401 (integers of any sequence)
    return np.array(values, np.int32)
