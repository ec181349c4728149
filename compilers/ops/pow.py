"""Pow: y = x**exponent for a constant exponent, NaN if that is not real."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import new_parameter, operand, parameter, real
from zoo.errors import UnsupportedOpError
from zoo.graph import Node, Tensor
from zoo.op import OnnxCall, Parsed
from zoo.table_op import TableOp

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]


class Pow(TableOp):
    """A power of each number. attribute: exponent."""

    name = "pow"
    onnx_types = ("Pow",)

    def parse(self, call: OnnxCall) -> Parsed:
        """Read Pow with one constant exponent."""
        exponent = parameter(call, 1, "exponent")
        if exponent is None or exponent.size != 1 or operand(call).is_constant:
            raise UnsupportedOpError(
                f"{call.where}: Pow of '{operand(call).name}' by "
                f"{'nothing' if exponent is None else exponent.tolist()}; only a computed base and "
                "one number as exponent are supported: write exp(y * log(a)) for a**y"
            )
        return Parsed((operand(call),), {"exponent": float(np.float32(exponent.item()))})

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write Pow."""
        exponent = new_parameter(node, "exponent", real(node, "exponent"))
        return OnnxCall("Pow", {}, (*inputs, exponent))

    def domain(self, node: Node) -> tuple[float, float]:
        """Return the numbers that have such a power."""
        return (-math.inf if real(node, "exponent").is_integer() else 0.0), math.inf

    def activate(self, node: Node, x: NDArray[Any]) -> NDArray[Any]:
        """Compute the power."""
        y: NDArray[Any] = np.power(x, x.dtype.type(real(node, "exponent")))
        return y

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Compute the power."""
        return inputs[0] ** real(node, "exponent")


OP = Pow()
