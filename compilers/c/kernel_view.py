"""The argument of a lowering to C: a node, with the means to emit calls."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.c.storage import ACCUMULATOR, C_TYPES, c_type, is_wide, sizes
from zoo.c_program import Argument, Call, Constant, Setting
from zoo.fixed_point import TWO_STAGE
from zoo.lowering import NodeView

__all__ = ["KernelView", "Operand", "SameMemory", "Steps"]

_LAYERS = ("conv", "dense")


@dataclass(frozen=True)
class SameMemory:
    """A tensor that is another one with a different shape."""

    source: str
    output: str


Operand = Argument | Constant
Steps = Iterator[Call | SameMemory]


@dataclass(frozen=True)
class KernelView(NodeView):
    """A node with its tensors, images NHWC.

    name: its C identifier.  prefix: start of the program's names.
    """

    name: str
    prefix: str

    def require_stored_types(self) -> None:
        """Refuse anything but 8- and 16-bit integers, except sums that a layer gives as they are.

        The K210's arithmetic has 8 bits only.
        """
        checked = [tensor for tensor in self.inputs if not tensor.is_constant]
        if self.output.dtype != ACCUMULATOR or self.node.op not in _LAYERS:
            checked.append(self.output)
        for tensor in checked:
            if self.grid(tensor).dtype not in C_TYPES:
                self.refuse(
                    f"'{tensor.name}' is {tensor.dtype}", "quantize activations to 8 or 16 bits"
                )
        wide = [tensor.name for tensor in checked if is_wide(tensor)]
        if wide and self.output_grid.rounding == TWO_STAGE:
            self.refuse(
                f"'{wide[0]}' has 16 bits and it rounds in two stages", "quantize it to 8 bits"
            )

    def constant(
        self, role: str, c_type_name: str, values: "NDArray[Any] | Sequence[int]"
    ) -> Constant:
        """Return a program array named after node and role."""
        return Constant(f"{self.prefix}_{self.name}_{role}", c_type_name, np.asarray(values))

    def operand(self, index: int) -> Operand:
        """Return an input as kernels read it."""
        tensor = self.inputs[index]
        if tensor.data is None:
            return Argument(tensor.name)
        if self.grid(tensor).dtype not in C_TYPES:
            self.refuse(f"'{tensor.name}' is {tensor.dtype}", "quantize constants to 8 or 16 bits")
        return self.constant(
            f"input{index}", c_type(tensor), tensor.data.reshape(self.operand_sizes(index))
        )

    def operand_sizes(self, index: int) -> tuple[int, ...]:
        """Return the sizes of an input without the batch, with the output's rank.

        A constant has no batch, or one of size 1. Without channels, it has one.
        """
        tensor, rank = self.inputs[index], len(self.output.shape) - 1
        given = tensor.shape if tensor.is_constant else tensor.shape[1:]
        missing = rank - len(given)
        aligned = (1,) * missing + tuple(int(size) for size in given[max(0, -missing) :])
        if missing > 0 and self.output.layout == "NHWC":
            return (*aligned[1:], aligned[0])
        return aligned

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
        """Return a call that writes the output. part: distinguishes a node's calls."""
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

    @property
    def count(self) -> int:
        """Number of values in a sample of the output."""
        return int(np.prod(sizes(self.output.shape), dtype=np.int64))
