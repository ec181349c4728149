"""A table op: its function, and nothing else, is enough for every back end that holds tables."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.graph import Node, Quantization
from zoo.table_op import TableOp

__all__ = ["OP"]


class Softsign(TableOp):
    """y = x / (1 + |x|), known to lie in [-1, 1]."""

    name = "toy_softsign"
    onnx_types = ("Softsign",)

    def activate(self, node: Node, x: NDArray[Any]) -> NDArray[Any]:  # noqa: ARG002
        """Compute the function."""
        y: NDArray[Any] = x / (1 + np.abs(x))
        return y

    def fixed_quantization(self, node: Node) -> Quantization:  # noqa: ARG002
        """Return steps of 1/128 around 0."""
        return Quantization((1 / 128,), (128,), signed=False)


OP = Softsign()
