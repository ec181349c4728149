"""The .tflite file under construction, with the tensors of the Graph so far."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.fresh_name import reserve_name
from compilers.tflite.tflite import TfliteModel, TfliteOp, TfliteTensor
from zoo.graph import Graph, Node, Quantization, Shape, Tensor
from zoo.lowering import NodeView

__all__ = [
    "BORDER",
    "LAYOUTS",
    "Scope",
    "signed_grid",
]

LAYOUTS = "zoo.layouts"
"""Name of the metadata with the layouts of inputs and outputs, and of matrices inside: JSON."""
BORDER = "zoo.border"
"""Name of the metadata with the integer tensors of inputs and outputs: JSON."""


class Scope:
    """Adds tensors and ops in order.

    graph: the graph to lower, images NHWC.
    border: names of inputs and outputs by the integer tensors that replace them in the file.
    """

    def __init__(self, graph: Graph, border: Mapping[str, str] = MappingProxyType({})) -> None:
        self.graph = graph
        self._border = dict(border)
        self._tensors: list[TfliteTensor] = []
        self._ops: list[TfliteOp] = []
        self._indices: dict[str, int] = {}
        self._taken = {name for name, t in graph.tensors.items() if not t.is_constant}
        self._inputs = tuple(self.output(name) for name in self._held(graph.inputs))

    def output(self, name: str) -> int:
        """Add an activation of the graph, to be computed by the next op, under its name.

        If it replaces an input or output, it has that name.
        """
        tensor = self.graph.tensors[name]
        grid = tensor.quantization and signed_grid(tensor.quantization)
        shape = _file_shape(tensor.shape)
        self._indices[name] = self._add(
            TfliteTensor(self._border.get(name, name), shape, _dtype(grid), grid)
        )
        return self._indices[name]

    def is_outside(self, node: Node) -> bool:
        """Return whether the app computes this node, at the file's border."""
        first, last = node.inputs[0], node.output
        return self._border.get(last) == first or self._border.get(first) == last

    def value(self, wish: str, shape: Sequence[int], grid: Quantization | None) -> int:
        """Add an activation that is not in the graph. grid: of int8 or int16, None for reals."""
        return self._add(TfliteTensor(self._new_name(wish), tuple(shape), _dtype(grid), grid))

    def places(self, wish: str, shape: Sequence[int]) -> int:
        """Add integers that an op uses as table indices."""
        return self._add(TfliteTensor(self._new_name(wish), tuple(shape), "int32"))

    def constant(
        self, wish: str, data: NDArray[Any], dtype: str, grid: Quantization | None = None
    ) -> int:
        """Add a constant with unchanged axes. grid: of int8 or int16."""
        return self._add(TfliteTensor(self._new_name(wish), data.shape, dtype, grid, data))

    def parameter(self, view: NodeView, role: str, values: Sequence[int] | NDArray[Any]) -> int:
        """Add integers that an op reads as a tensor, such as axes."""
        return self.constant(f"{view.output.name}.{role}", np.asarray(values), "int32")

    def read(self, view: NodeView, index: int = 0) -> int:
        """Return the index of an input that is an activation; refuses a constant."""
        name = view.node.inputs[index]
        if name not in self._indices:
            view.refuse(
                f"'{name}' is a constant, but only computed tensors are supported here",
                "compute what depends on constants only before the export",
            )
        return self._indices[name]

    def operands(self, view: NodeView) -> list[int]:
        """Return the indices of all inputs of an element-wise op."""
        return [self.operand(view, index) for index in range(len(view.inputs))]

    def operand(self, view: NodeView, index: int) -> int:
        """Return the index of one operand of an element-wise op; constants broadcast as in the
        Graph.

        Refuses an activation of another rank, because its axes would not match.
        """
        rank, tensor = len(view.output.shape), view.inputs[index]
        if tensor.data is not None:
            return self._broadcast(view, tensor, rank)
        if len(tensor.shape) != rank:
            view.refuse(
                f"'{tensor.name}' {tensor.shape} meets a tensor with {rank} axes, whose order "
                "differs in TFLite",
                "reshape it to as many axes",
            )
        return self.read(view, index)

    def tensor(self, index: int) -> TfliteTensor:
        """Return a tensor of the file."""
        return self._tensors[index]

    def add(
        self,
        code: str,
        inputs: Sequence[int],
        output: int,
        options: str = "",
        settings: Mapping[str, object] = MappingProxyType({}),
    ) -> int:
        """Add an op, and return `output`."""
        self._ops.append(TfliteOp(code, tuple(inputs), output, options, settings))
        return output

    def add_for_bytes(
        self,
        code: str,
        inputs: Sequence[int],
        output: int,
        options: str = "",
        settings: Mapping[str, object] = MappingProxyType({}),
    ) -> int:
        """Add an op without a kernel for int16, whose values are reals in it."""
        x, stored = self.tensor(inputs[0]), self.tensor(output)
        if stored.dtype != "int16":
            return self.add(code, inputs, output, options, settings)
        real = self.value(f"{stored.name}.argument", x.shape, None)
        self.add("DEQUANTIZE", [inputs[0]], real, "DequantizeOptions")
        result = self.value(f"{stored.name}.real", stored.shape, None)
        self.add(code, [real, *inputs[1:]], result, options, settings)
        return self.add("QUANTIZE", [result], output, "QuantizeOptions")

    def make_output(self, last: int, name: str) -> None:
        """Make the last added tensor the graph's activation with that name."""
        self._tensors.pop()
        assert self.output(name) == last

    def finish(self) -> TfliteModel:
        """Return the file."""
        border = (*self.graph.inputs, *self.graph.outputs)
        layouts = {
            name: tensor.layout
            for name, tensor in self.graph.tensors.items()
            if (name in border and tensor.layout) or _is_inner_matrix(tensor)
        }
        texts = {
            **self.graph.metadata,
            LAYOUTS: json.dumps(layouts, sort_keys=True),
            BORDER: json.dumps(self._border, sort_keys=True),
        }
        return TfliteModel(
            self.graph.metadata.get("zoo.model", self.graph.name),
            tuple(self._tensors),
            tuple(self._ops),
            self._inputs,
            tuple(self._indices[name] for name in self._held(self.graph.outputs)),
            {name: text.encode() for name, text in texts.items()},
        )

    def _held(self, names: Sequence[str]) -> list[str]:
        """Return the graph's tensors that replace inputs or outputs in the file."""
        held = {name: tensor for tensor, name in self._border.items()}
        return [held.get(name, name) for name in names]

    def _broadcast(self, view: NodeView, tensor: Tensor, rank: int) -> int:
        assert tensor.data is not None
        data, grid = tensor.data, tensor.quantization
        if grid is not None and len(grid.scale) > 1:
            view.refuse(
                f"its constant '{tensor.name}' has {len(grid.scale)} scales",
                "quantize it with one scale for the whole tensor",
            )
        if grid is not None:
            data = data.astype(np.int64) + signed_grid(grid).zero_point[0] - grid.zero_point[0]
        aligned = data.reshape((1,) * (rank - data.ndim) + data.shape)
        stored = grid and signed_grid(grid)
        return self.constant(tensor.name, aligned, _dtype(stored), stored)

    def _add(self, tensor: TfliteTensor) -> int:
        self._tensors.append(tensor)
        return len(self._tensors) - 1

    def _new_name(self, wish: str) -> str:
        return reserve_name(wish, self._taken)


def _is_inner_matrix(tensor: Tensor) -> bool:
    """Whether a computed tensor with four axes is no image."""
    return tensor.layout == "NCHW" and not tensor.is_constant


def _dtype(grid: Quantization | None) -> str:
    return "float32" if grid is None else f"int{grid.bits}"


def signed_grid(grid: Quantization) -> Quantization:
    """Return the signed grid of the same reals: uint8 zero point z becomes z - 128."""
    if grid.signed:
        return grid
    offset = 1 << (grid.bits - 1)
    return replace(grid, signed=True, zero_point=tuple(z - offset for z in grid.zero_point))


def _file_shape(shape: Shape) -> tuple[int, ...]:
    """Return the shape in the file; a dynamic batch is 1."""
    return tuple(1 if isinstance(size, str) else size for size in shape)
