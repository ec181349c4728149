"""The ONNX model under construction, with the values of the file's tensors so far.

A tensor with four axes is an image, NHWC in the file and NCHW in the model; others keep the order
of their axes. A quantized tensor is a QuantizeLinear behind the operator that computes it and a
DequantizeLinear before its readers, so that the file's own integers are kept.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from compilers.fresh_name import reserve_name
from compilers.tflite.decode import FileTensor, TfliteFile
from compilers.tflite.sparse import dense
from zoo.errors import HubError, UnsupportedOpError
from zoo.layout import CHANNELS_FIRST, CHANNELS_LAST, channels_first, reordered

__all__ = ["INTEGERS", "Translation", "is_quantized", "laid_axis", "span_of"]

INTEGERS = ".integers"
"""Suffix of an integer input's or output's name in the model; its reals have the file's name."""

_OPSET, _IR_VERSION = 21, 10
_STORED: Mapping[str, Any] = {"INT8": np.int8, "UINT8": np.uint8, "INT16": np.int16}
_ELEMENTS: Mapping[str, Any] = {
    **_STORED,
    "FLOAT32": np.float32,
    "FLOAT16": np.float16,
    "INT32": np.int32,
    "INT64": np.int64,
}


def is_quantized(tensor: FileTensor) -> bool:
    """Whether its integers stand for reals."""
    return tensor.dtype in _STORED and bool(tensor.scales)


def span_of(tensor: FileTensor) -> tuple[float, float] | None:
    """Return the smallest and largest real of a quantized tensor with one scale, else None."""
    if not is_quantized(tensor) or len(tensor.scales) != 1 or not 0 < tensor.scales[0] < math.inf:
        return None
    limits, zero = np.iinfo(_STORED[tensor.dtype]), (*tensor.zero_points, 0)[0]
    low, high = (tensor.scales[0] * (int(end) - zero) for end in (limits.min, limits.max))
    return low, high


def laid_axis(axis: int, rank: int) -> int:
    """Return the model's axis of a file's axis, which may be negative; raises IndexError."""
    counted = range(rank)[axis]
    return CHANNELS_FIRST.index(counted) if rank == len(CHANNELS_FIRST) else counted


class Translation:
    """Adds operators in order. where: the file, for messages."""

    def __init__(self, file: TfliteFile, where: str) -> None:
        self.file, self.where = file, where
        self._taken: set[str] = set()
        self.names = self._own_names()
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []
        self._values: dict[int, str] = {}
        self._folded: dict[int, NDArray[Any]] = {}
        self._inputs = [self._input(index) for index in file.inputs]

    def fresh(self, wish: str) -> str:
        """Return an unused name and reserve it."""
        return reserve_name(wish, self._taken)

    def shape(self, index: int) -> tuple[int, ...]:
        """Return a tensor's shape in the file."""
        return self.file.tensors[index].shape

    def array(self, index: int) -> NDArray[Any] | None:
        """Return a constant as the file holds it, None for what is computed."""
        if index in self._folded or index in self._values:
            return self._folded.get(index)
        tensor = self.file.tensors[index]
        dtype = _ELEMENTS.get(tensor.dtype)
        if dtype is None or not (len(tensor.data) or 0 in tensor.shape):
            return None
        values = np.frombuffer(tensor.data, np.dtype(dtype).newbyteorder("<"))
        if tensor.sparsity is not None:
            return dense(values, tensor.shape, tensor.sparsity)
        return values.reshape(tensor.shape)

    def fold(self, index: int, values: NDArray[Any]) -> None:
        """Set a tensor that is computed from constants alone."""
        self._folded[index] = values

    def value(self, index: int, rank: int | None = None) -> str:
        """Return the name of a tensor's reals in the model's layout.

        rank: axes of one are added in front, as broadcasting does. Raises HubError for a tensor
        that nothing computes, or of another type.
        """
        shape, name = self.shape(index), self._values.get(index)
        aligned = (1,) * ((rank or 0) - len(shape)) + shape
        if name is not None:
            return self.reshaped(name, shape, aligned)
        values = self.array(index)
        if values is None:
            raise HubError(
                f"{self.where}: tensor '{self.names[index]}' is read before anything computes it; "
                "the file is damaged: convert it again"
            )
        return self.constant_of(index, channels_first(values.reshape(aligned)))

    def constant_of(self, index: int, values: NDArray[Any], axis: int = 0) -> str:
        """Add a constant tensor whose values were moved; return the name of its reals.

        axis: of its scales in `values`, where it has several.
        """
        tensor, name = self.file.tensors[index], self.names[index]
        if values.dtype.kind == "f":
            return self.constant(name, values.astype(np.float32))
        self._demand_scale(tensor)
        integers = self.constant(f"{name}{INTEGERS}", values)
        grid = self._grid(tensor, name)
        per_axis = {"axis": axis} if len(tensor.scales) > 1 else {}
        return self.add("DequantizeLinear", [integers, *grid], self.fresh(name), **per_axis)

    def constant(self, wish: str, values: NDArray[Any]) -> str:
        """Add a constant as it is."""
        name = self.fresh(wish)
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, op_type: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:  # noqa: ANN401
        """Add an operator, and return `output`."""
        node = helper.make_node(op_type, list(inputs), [output], name=output, **attributes)
        self._nodes.append(node)
        return output

    def reshaped(self, value: str, shape: Sequence[int], target: Sequence[int]) -> str:
        """Return a value in another shape, both in the file's order, which values keep."""
        if tuple(shape) == tuple(target):
            return value
        if not _keeps_order(shape):
            value = self.add("Transpose", [value], self.fresh(value), perm=CHANNELS_LAST)
        moved = not _keeps_order(target)
        sizes = target if moved else reordered(tuple(target), CHANNELS_FIRST)
        held = self.constant(f"{value}.shape", np.array(sizes, np.int64))
        value = self.add("Reshape", [value, held], self.fresh(value))
        if moved:
            value = self.add("Transpose", [value], self.fresh(value), perm=CHANNELS_FIRST)
        return value

    def stored(self, index: int, value: str) -> str:
        """Return the reals of a value in the integers of a tensor, as they are if it has none."""
        tensor, name = self.file.tensors[index], self.names[index]
        self._demand_type(index)
        if not is_quantized(tensor):
            return value
        stored, real = self.fresh(f"{name}.moved"), self.fresh(f"{name}.moved.reals")
        return self._stored(value, self._grid(tensor, name), stored, real)

    def give(self, index: int, value: str) -> None:
        """Set the reals of a tensor that an operator computes, stored as the file stores them."""
        tensor, name = self.file.tensors[index], self.names[index]
        self._demand_type(index)
        is_output = index in self.file.outputs
        if is_quantized(tensor):
            stored = self.fresh(f"{name}{INTEGERS}") if is_output else name
            real = name if is_output else self.fresh(f"{name}.reals")
            self._values[index] = self._stored(value, self._grid(tensor, name), stored, real)
        elif value not in self._values.values() and self._nodes[-1].output[0] == value:
            self._nodes[-1].output[0] = self._nodes[-1].name = name
            self._values[index] = name
        else:
            self._values[index] = self.add("Identity", [value], name) if is_output else value

    def finish(self) -> ModelProto:
        """Return the model; raises HubError for an output that nothing computes."""
        for index in self.file.outputs:
            if index not in self._values or index in self.file.inputs:
                raise HubError(
                    f"{self.where}: output '{self.names[index]}' is not computed from the "
                    "network's inputs; drop it from the outputs"
                )
        outputs = [self._info(index) for index in self.file.outputs]
        graph = helper.make_graph(
            self._nodes, self.file.name or "main", self._inputs, outputs, self._constants
        )
        opsets = [helper.make_opsetid("", _OPSET)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)

    def declared_shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shapes of computed values, as the file declares them."""
        orders = ((name, self.shape(index)) for index, name in self._values.items())
        return {name: reordered(shape, CHANNELS_FIRST) for name, shape in orders}

    def _own_names(self) -> tuple[str, ...]:
        """Return a name for each tensor, of those with one name first for inputs and outputs.

        Refuses inputs and outputs without a name, or with one name for two.
        """
        tensors, names = self.file.tensors, {}
        for index in dict.fromkeys((*self.file.inputs, *self.file.outputs)):
            name = names[index] = tensors[index].name
            if index < 0 or not name or name in self._taken:
                raise HubError(
                    f"{self.where}: {'two inputs or outputs are' if name else 'one is'} called "
                    f"'{name}'; give each input and output its own name"
                )
            self._taken.add(name)
        for index, tensor in enumerate(tensors):
            if index not in names:
                names[index] = self.fresh(tensor.name or f"tensor_{index}")
        return tuple(names[index] for index in range(len(tensors)))

    def _input(self, index: int) -> ValueInfoProto:
        tensor, name = self.file.tensors[index], self.names[index]
        self._demand_type(index)
        self._values[index] = name
        if is_quantized(tensor):
            stored, real = self.fresh(f"{name}{INTEGERS}"), self.fresh(f"{name}.reals")
            self._values[index] = self._stored(name, self._grid(tensor, name), stored, real)
        return self._info(index)

    def _info(self, index: int) -> ValueInfoProto:
        shape = reordered(self.shape(index), CHANNELS_FIRST)
        return helper.make_tensor_value_info(self.names[index], TensorProto.FLOAT, shape)

    def _stored(self, value: str, grid: list[str], stored: str, real: str) -> str:
        self.add("QuantizeLinear", [value, *grid], stored)
        return self.add("DequantizeLinear", [stored, *grid], real)

    def _grid(self, tensor: FileTensor, name: str) -> list[str]:
        """Add scale and zero point; scalars for a single one."""
        zeros = tensor.zero_points or (0,) * len(tensor.scales)
        limits = np.iinfo(_STORED[tensor.dtype])
        if not all(limits.min <= zero <= limits.max for zero in zeros):
            raise HubError(
                f"{self.where}: tensor '{name}' has the zero point {zeros[0]}, which "
                f"{tensor.dtype} cannot hold; the file is damaged: convert it again"
            )
        parts = np.array(tensor.scales, np.float32), np.array(zeros, _STORED[tensor.dtype])
        scale, zero = (part if len(part) > 1 else part[0] for part in parts)
        return [
            self.constant(f"{name}.scale", np.asarray(scale)),
            self.constant(f"{name}.zero_point", np.asarray(zero)),
        ]

    def _demand_type(self, index: int) -> None:
        tensor = self.file.tensors[index]
        if tensor.dtype != "FLOAT32" and not is_quantized(tensor):
            raise UnsupportedOpError(
                f"{self.where}: tensor '{self.names[index]}' is {tensor.dtype}"
                f"{' without a scale' if tensor.dtype in _STORED else ''}; the network may compute "
                "with FLOAT32 and quantized INT8, UINT8 and INT16: convert it without this "
                "tensor, such as without casts, or with its classes as reals"
            )
        if len(tensor.scales) > 1:
            raise UnsupportedOpError(
                f"{self.where}: tensor '{self.names[index]}' has {len(tensor.scales)} scales; only "
                "constants may have several: quantize activations with one scale each"
            )
        if any(size < 1 for size in tensor.shape):
            raise UnsupportedOpError(
                f"{self.where}: tensor '{self.names[index]}' has the shape {list(tensor.shape)}; "
                "convert the network with fixed sizes"
            )

    def _demand_scale(self, tensor: FileTensor) -> None:
        if not is_quantized(tensor):
            raise UnsupportedOpError(
                f"{self.where}: constant '{tensor.name}' is {tensor.dtype} without a scale, but "
                "real numbers are expected; convert the network with floats there"
            )


def _keeps_order(shape: Sequence[int]) -> bool:
    """Whether the values are in the same order in both layouts."""
    if len(shape) != len(CHANNELS_LAST):
        return True
    return math.prod(shape[1:3]) == 1 or shape[3] == 1
