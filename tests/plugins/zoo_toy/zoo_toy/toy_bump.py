"""A table op: its function is enough for every back end that holds tables.

ONNX has no such operator, so that hub files define it, by the function that the op states.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.graph import Node, Quantization
from zoo.table_op import TableOp

__all__ = ["OP"]


class Bump(TableOp):
    """y = 1 / (1 + x^2), known to lie in [0, 1]."""

    name = "toy_bump"
    onnx_types = ("ToyBump",)
    onnx_function = """ToyBump (x) => (y) {
        one = Constant <value_float = 1.0> ()
        square = Mul (x, x)
        sum = Add (square, one)
        y = Div (one, sum)
    }"""

    def activate(self, node: Node, x: NDArray[Any]) -> NDArray[Any]:  # noqa: ARG002
        """Compute the function."""
        y: NDArray[Any] = 1 / (1 + np.square(x))
        return y

    def fixed_quantization(self, node: Node) -> Quantization:  # noqa: ARG002
        """Return steps of 1/256 from 0 on."""
        return Quantization((1 / 256,), (0,), signed=False)


OP = Bump()
