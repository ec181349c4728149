"""Sigmoid: y = 1 / (1 + exp(-x))."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zoo.graph import Node, Quantization
from zoo.table_op import TableOp

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]


class Sigmoid(TableOp):
    """The logistic function; its output is known to lie in [0, 1]."""

    name = "sigmoid"
    onnx_types = ("Sigmoid",)

    def activate(self, node: Node, x: NDArray[Any]) -> NDArray[Any]:  # noqa: ARG002
        """Compute the sigmoid with tanh, which never overflows."""
        y: NDArray[Any] = np.tanh(x * 0.5) * 0.5 + 0.5
        return y

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":  # noqa: ARG002
        """Compute the sigmoid."""
        return inputs[0].sigmoid()

    def fixed_quantization(self, node: Node) -> Quantization:  # noqa: ARG002
        """Return steps of 1/256 from 0."""
        return Quantization((1 / 256,), (0,), signed=False)


OP = Sigmoid()
