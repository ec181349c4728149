"""What a lowering sees of a node, and how it says what the node becomes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from compilers.c.storage import c_type, sizes, stored_axes
from compilers.op_parts.affine import quantization_of
from zoo.c_program import Argument, Call, Constant, Setting
from zoo.errors import UnsupportedOpError
from zoo.graph import Graph, Node, Quantization, Tensor

__all__ = ["NodeView", "Operand", "Steps", "View"]


@dataclass(frozen=True)
class View:
    """A tensor that is another one under a different shape."""

    source: str
    output: str


Operand = Argument | Constant
Steps = Iterator[Call | View]


@dataclass(frozen=True)
class NodeView:
    """A node with its tensors. name: the C identifier that it was given."""

    graph: Graph
    node: Node
    name: str

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """The tensors that the node reads."""
        return self.graph.inputs_of(self.node)

    @property
    def output(self) -> Tensor:
        """The tensor that the node computes."""
        return self.graph.tensors[self.node.output]

    @property
    def input_grid(self) -> Quantization:
        """Quantization of the first input."""
        return quantization_of(self.inputs[0])

    @property
    def output_grid(self) -> Quantization:
        """Quantization of the output."""
        return quantization_of(self.output)

    def integers(self, name: str) -> tuple[int, ...]:
        """Return an integer constant of the node."""
        return self.node.integer[name]

    def constant(
        self, role: str, c_type_name: str, values: "NDArray[Any] | Sequence[int]"
    ) -> Constant:
        """Return an array of the program that is named after node and role."""
        return Constant(f"network_{self.name}_{role}", c_type_name, np.asarray(values))

    def operand(self, index: int) -> Operand:
        """Return an input as kernels read it, constants as stored."""
        tensor = self.inputs[index]
        if tensor.data is None:
            return Argument(tensor.name)
        # A constant has no batch, or one of size 1.
        rank = len(self.output.shape) - 1
        data = tensor.data.reshape((1,) * max(0, rank - tensor.data.ndim) + tensor.data.shape)
        data = data.reshape(data.shape[-rank:]) if rank else data
        stored = data.transpose(stored_axes(data.ndim))
        return self.constant(f"input{index}", c_type(tensor), stored)

    def operand_sizes(self, index: int) -> tuple[int, ...]:
        """Return the sizes of an input without the batch; a constant has the output's rank."""
        tensor = self.inputs[index]
        if tensor.data is None:
            return sizes(tensor.shape)
        rank = len(self.output.shape) - 1
        shape = (1,) * max(0, rank - tensor.data.ndim) + tensor.data.shape
        return tuple(int(size) for size in shape[-rank:]) if rank else ()

    def call(
        self,
        kernel: str,
        settings: Mapping[str, Setting],
        inputs: Sequence[Operand],
        *,
        part: str = "",
        offset: int = 0,
        in_place: tuple[int, ...] = (),
        scratch_bytes: int = 0,
    ) -> Call:
        """Return a call that writes the output. part: tells several calls of a node apart."""
        read = [
            c_type(self.graph.tensors[operand.tensor])
            if isinstance(operand, Argument)
            else operand.ctype
            for operand in inputs
        ]
        return Call(
            node=self.node.name,
            op=self.node.op,
            kernel=kernel,
            name=f"{self.name}_{part}" if part else self.name,
            ctypes=(*read, c_type(self.output)),
            settings=settings,
            inputs=tuple(inputs),
            output=Argument(self.output.name, offset),
            in_place=in_place,
            scratch_bytes=scratch_bytes,
        )

    def refuse(self, reason: str, remedy: str) -> NoReturn:
        """Raise UnsupportedOpError."""
        raise UnsupportedOpError(
            f"node '{self.node.name}' ({self.node.op}): {reason}; the C back end does not take "
            f"this: {remedy}"
        )
