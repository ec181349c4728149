"""Tanh: y = (exp(x) - exp(-x)) / (exp(x) + exp(-x))."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zoo.graph import Node, Quantization
from zoo.table_op import TableOp

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]


class Tanh(TableOp):
    """The hyperbolic tangent; its output is known to lie in [-1, 1]."""

    name = "tanh"
    onnx_types = ("Tanh",)

    def activate(self, node: Node, x: NDArray[Any]) -> NDArray[Any]:  # noqa: ARG002
        """Compute tanh."""
        y: NDArray[Any] = np.tanh(x)
        return y

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":  # noqa: ARG002
        """Compute tanh."""
        return inputs[0].tanh()

    def fixed_quantization(self, node: Node) -> Quantization:  # noqa: ARG002
        """Return steps of 1/128 around 0."""
        return Quantization((1 / 128,), (128,), signed=False)


OP = Tanh()
