"""Graphs of one op: what its definition computes, and what ONNX Runtime makes of its hub."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from hypothesis import strategies as st
from onnx_runtime import run_onnx

from compilers.hub import read, write
from compilers.op_parts.arithmetic import dequantize
from compilers.op_table import find_op
from compilers.reference import run_node
from zoo.graph import Attribute, Graph, Node, Quantization, Shape, Tensor

__all__ = ["QUANTIZATIONS", "SEEDS", "OneNode", "activation", "constant"]

_BATCH = 2

SEEDS = st.integers(0, 2**32 - 1)

_scales = st.one_of(
    st.integers(-8, 0).map(lambda exponent: 2.0**exponent), st.floats(2**-8, 1, width=32)
)


@st.composite
def _quantizations(draw: st.DrawFn) -> Quantization:
    grid = Quantization((draw(_scales),), (0,), signed=draw(st.booleans()))
    return replace(grid, zero_point=(draw(st.integers(grid.qmin, grid.qmax)),))


QUANTIZATIONS = _quantizations()
"""Of 8-bit activations: half of the scales powers of two, any zero point."""


def activation(shape: Shape, read: Quantization | None = None, name: str = "x") -> Tensor:
    """Return an activation as the hub's import describes it."""
    layout = "NCHW" if len(shape) == 4 else ""
    return Tensor(name, shape, read.dtype if read else "float32", layout, read)


def constant(values: object, name: str = "constant") -> Tensor:
    """Return a float constant."""
    data = np.array(values, np.float32)
    return Tensor(name, data.shape, data=data)


@dataclass(frozen=True)
class OneNode:
    """A node over activations and constants.

    stored: the output's quantization, where the activations are quantized too.
    """

    op: str
    inputs: tuple[Tensor, ...]
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    stored: Quantization | None = None

    @property
    def node(self) -> Node:
        """The node with its integer constants."""
        names = tuple(tensor.name for tensor in self.inputs)
        node = Node("alone", self.op, names, "y", self.attributes)
        if self.stored is None:
            return node
        return replace(node, integer=find_op(self.op).fix_integers(node, self.inputs, self.output))

    @property
    def output(self) -> Tensor:
        """The tensor that the node computes."""
        node = Node("alone", self.op, (), "y", self.attributes)
        return activation(find_op(self.op).infer_shape(node, self.inputs), self.stored, "y")

    @property
    def graph(self) -> Graph:
        """The node as a network; a quantized one reads and writes reals at its border."""
        tensors = {tensor.name: tensor for tensor in (*self.inputs, self.output)}
        names = tuple(tensor.name for tensor in self._activations)
        if self.stored is None:
            return Graph("one node", names, ("y",), tensors, (self.node,))
        border = [t for t in tensors.values() if not t.is_constant]
        tensors |= {f"{t.name}.real": activation(t.shape, name=f"{t.name}.real") for t in border}
        first = [Node(f"{name}/in", "quantize", (f"{name}.real",), name) for name in names]
        last = Node("y/out", "dequantize", ("y",), "y.real")
        inputs = tuple(f"{name}.real" for name in names)
        return Graph("one node", inputs, ("y.real",), tensors, (*first, self.node, last))

    @property
    def comes_back(self) -> bool:
        """Whether the import of the hub gives the graph that was exported."""
        return read(write(self.graph), "net.onnx") == self.graph

    @property
    def has_exact_scales(self) -> bool:
        """Whether all scales are powers of two, so that float32 rounds no product."""
        grids = [tensor.quantization for tensor in self.inputs if tensor.quantization]
        scales = [scale for grid in (*grids, self.stored) if grid for scale in grid.scale]
        return all(np.frexp(scale)[0] == 0.5 for scale in scales)

    def run(self, *values: np.ndarray) -> np.ndarray:
        """Run the op's definition. values: of the activations, integers if quantized."""
        names = (tensor.name for tensor in self._activations)
        return run_node(self.graph, self.node, dict(zip(names, values, strict=True)))

    def run_onnx(self, *values: np.ndarray) -> np.ndarray:
        """Run the hub in ONNX Runtime without optimisations."""
        feeds = {}
        for tensor, value in zip(self._activations, values, strict=True):
            grid = tensor.quantization
            name = f"{tensor.name}.real" if grid else tensor.name
            feeds[name] = np.asarray(dequantize(value, grid) if grid else value)
        return run_onnx(write(self.graph), feeds, ("y",))["y"]

    def difference(self, seed: int) -> float:
        """Return the largest difference of the two on random values, in LSB if quantized."""
        values = self.random_values(seed)
        ours, theirs = self.run(*values), self.run_onnx(*values)
        assert ours.dtype == theirs.dtype == self.output.dtype
        assert ours.shape == theirs.shape == _fixed(self.output.shape)
        return float(np.abs(ours.astype(np.float64) - theirs).max())

    def random_values(self, seed: int) -> list[np.ndarray]:
        """Return a batch of random values for the activations."""
        random = np.random.default_rng(seed)
        return [_random_values(random, tensor) for tensor in self._activations]

    @property
    def _activations(self) -> tuple[Tensor, ...]:
        return tuple(tensor for tensor in self.inputs if not tensor.is_constant)


def _random_values(random: np.random.Generator, tensor: Tensor) -> np.ndarray:
    grid, shape = tensor.quantization, _fixed(tensor.shape)
    if grid is None:
        return np.asarray(4 * random.standard_normal(shape), np.float32)
    return np.asarray(random.integers(grid.qmin, grid.qmax + 1, shape), grid.dtype)


def _fixed(shape: Shape) -> tuple[int, ...]:
    return tuple(_BATCH if isinstance(size, str) else size for size in shape)
