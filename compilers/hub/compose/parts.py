"""The composition of an operator under construction."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.hub.onnx_node import OnnxNode
from compilers.op_parts.arguments import operand
from zoo.errors import UnsupportedOpError
from zoo.graph import Tensor
from zoo.op import OnnxCall

__all__ = ["Parts"]


class Parts:
    """Nodes and constants, identified by the names of their values.

    call: the operator to replace.  fresh: creates an unused name.
    """

    def __init__(self, node: OnnxNode, call: OnnxCall, fresh: Callable[[str], str]) -> None:
        self.node, self.call = node, call
        self.constants: list[Tensor] = []
        self.nodes: list[OnnxNode] = []
        self._fresh = fresh

    def tensor(self, index: int = 0) -> Tensor:
        """Return a required input."""
        return operand(self.call, index)

    def input(self, index: int = 0) -> str:
        """Return the value of a required input."""
        self.tensor(index)
        return self.node.inputs[index]

    def attribute(self, name: str, default: Any = None) -> Any:  # noqa: ANN401
        """Return an attribute of the operator."""
        return self.call.attributes.get(name, default)

    def sizes(self, index: int = 0) -> tuple[int, ...]:
        """Return the sizes of an input without the batch."""
        return tuple(int(size) for size in self.tensor(index).shape[1:])

    def axis(self, axis: int, index: int = 0) -> int:
        """Return an axis of an input, counted from 0; refuses a nonexistent axis and the batch.

        Moving, joining or summing along the batch would mix samples.
        """
        tensor = self.tensor(index)
        rank = len(tensor.shape)
        if not (-rank <= axis < rank and axis % rank):
            raise self.refusal(
                f"it works along axis {axis} of '{tensor.name}' {tensor.shape}",
                f"only axes 1 to {rank - 1} are supported, axis 0 is the batch: move that axis "
                "after the batch",
            )
        return axis % rank

    def refusal(self, why: str, remedy: str) -> UnsupportedOpError:
        """Return the error that names the node."""
        return UnsupportedOpError(f"{self.call.where}: {why}; {remedy}")

    def integers(self, values: Sequence[int]) -> str:
        """Add an int64 list."""
        return self.constant("sizes", np.array(values, np.int64))

    def reals(self, values: float | Sequence[float] | NDArray[Any]) -> str:
        """Add float32 numbers."""
        return self.constant("factor", np.array(values, np.float32))

    def constant(self, word: str, data: NDArray[Any]) -> str:
        """Add a constant with the type of its data."""
        tensor = Tensor(word, data.shape, data.dtype.name, data=np.ascontiguousarray(data))
        return self.known(tensor if data.ndim else replace(tensor, data=data))

    def known(self, tensor: Tensor) -> str:
        """Add a constant with a new name."""
        name = self._fresh(f"{self.node.outputs[0]}.{tensor.name}")
        self.constants.append(replace(tensor, name=name))
        return name

    def add(self, op_type: str, *inputs: str, **attributes: object) -> str:
        """Add a node and return its output value."""
        output = self._fresh(f"{self.node.outputs[0]}.{op_type.lower()}")
        name = f"{self.node.name}/{output.removeprefix(f'{self.node.outputs[0]}.')}"
        self.nodes.append(OnnxNode(name, "", op_type, inputs, (output,), attributes))
        return output

    def reshape(self, value: str, sizes: Sequence[int]) -> str:
        """Reshape each sample of a value."""
        return self.add("Reshape", value, self.integers((0, *sizes)))

    def give(self, *values: str) -> None:
        """Make values the outputs of the operator; the first ones must be computed here."""
        outputs = self.node.outputs
        own = {output for node in self.nodes for output in node.outputs}
        values = tuple(v if v in own else self.add("Identity", v) for v in values)
        names = {value: name for value, name in zip(values, outputs, strict=False) if name}
        self.nodes = [
            replace(
                node,
                inputs=tuple(names.get(value, value) for value in node.inputs),
                outputs=tuple(names.get(value, value) for value in node.outputs),
            )
            for node in self.nodes
        ]
