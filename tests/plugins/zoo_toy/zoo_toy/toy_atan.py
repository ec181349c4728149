"""A table op: its function, and nothing else, is enough for every back end that holds tables."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.graph import Node, Quantization
from zoo.table_op import TableOp

__all__ = ["OP"]


class Atan(TableOp):
    """y = atan(x), known to lie in [-2, 2]."""

    name = "toy_atan"
    onnx_types = ("Atan",)

    def activate(self, node: Node, x: NDArray[Any]) -> NDArray[Any]:  # noqa: ARG002
        """Compute the function."""
        y: NDArray[Any] = np.arctan(x)
        return y

    def fixed_quantization(self, node: Node) -> Quantization:  # noqa: ARG002
        """Return steps of 1/64 around 0."""
        return Quantization((1 / 64,), (128,), signed=False)


OP = Atan()
