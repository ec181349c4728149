"""Activation functions by table: one output integer for each input integer.

An op of this kind is a function of one real. Its integers are tabulated once, at quantization,
so that no back end needs an exponential.
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.affine import quantization_of
from compilers.op_parts.operands import operand
from zoo.errors import QuantizeError
from zoo.graph import Node, Shape, Tensor
from zoo.op import OnnxCall, Op, Parsed

__all__ = ["LookupOp", "gain_of_table", "look_up", "require_8_bits", "tabulate"]


class LookupOp(Op):
    """An element-wise activation of one input; integer['table'] as `tabulate` defines it.

    As it stands it reads and writes an ONNX operator without attributes.
    """

    family = "table"

    def parse(self, call: OnnxCall) -> Parsed:
        """Read the ONNX form."""
        return Parsed((operand(call),))

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write the ONNX form; the node's attributes are ONNX's."""
        return OnnxCall(self.onnx_types[0], node.attributes, tuple(inputs))

    @abstractmethod
    def activate(self, node: Node, x: NDArray[Any]) -> NDArray[Any]:
        """Compute the activation in the precision of x, which may have any shape."""

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:  # noqa: ARG002
        """Return the input's shape."""
        return inputs[0].shape

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Compute the activation in float32."""
        return self.activate(node, inputs[0])

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],
        output: Tensor,
    ) -> NDArray[Any]:
        """Look every integer up."""
        return look_up(node.integer["table"], inputs[0], tensors[0], output)

    def fix_integers(
        self, node: Node, inputs: Sequence[Tensor], output: Tensor
    ) -> Mapping[str, tuple[int, ...]]:
        """Return the table."""
        return {"table": tabulate(lambda x: self.activate(node, x), inputs[0], output)}

    def gain(
        self,
        node: Node,
        inputs: Sequence[Tensor],
        output: Tensor,  # noqa: ARG002
    ) -> tuple[float, ...]:
        """Return the steepest step of the table."""
        return gain_of_table(node, inputs)


def gain_of_table(node: Node, inputs: Sequence[Tensor]) -> tuple[float, ...]:
    """Return zoo.op.Op.gain of a node with a table, or with one behind the other."""
    steps = np.abs(np.diff(node.integer["table"]))
    return float(steps.max()), *(0.0,) * (len(inputs) - 1)


def tabulate(
    activate: Callable[[NDArray[Any]], NDArray[Any]], source: Tensor, output: Tensor
) -> tuple[int, ...]:
    """Return the output's integer for each integer q of the source, from the lowest on.

    table[q - qmin] = clip(round(f(s_in * (q - z_in)) / s_out) + z_out, qmin_out, qmax_out),
    computed in float64. Raises QuantizeError for more than 256 entries.
    """
    read, stored = quantization_of(source), quantization_of(output)
    require_8_bits(source)
    x = np.float64(read.scale[0]) * (np.arange(read.qmin, read.qmax + 1) - read.zero_point[0])
    levels = activate(x) / np.float64(stored.scale[0])
    rounded = np.rint(levels) if stored.rounding == "half_even" else np.floor(levels + 0.5)
    table = np.clip(rounded + stored.zero_point[0], stored.qmin, stored.qmax)
    return tuple(int(entry) for entry in table)


def look_up(
    table: Sequence[int] | NDArray[Any], values: NDArray[Any], source: Tensor, output: Tensor
) -> NDArray[Any]:
    """Return the entries for the source's integers, in the output's storage type."""
    storage = np.int8 if quantization_of(output).signed else np.uint8
    return np.asarray(table, storage)[values.astype(np.int64) - quantization_of(source).qmin]


def require_8_bits(tensor: Tensor) -> None:
    """Raise QuantizeError where a table with an entry for each integer would be too large."""
    bits = quantization_of(tensor).bits
    if bits > 8:
        raise QuantizeError(
            f"tensor '{tensor.name}' has {bits} bits and is read by a function that is a table; "
            "such tables take at most 8 bits: quantize activations to 8 bits"
        )
