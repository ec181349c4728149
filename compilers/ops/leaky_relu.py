"""LeakyRelu: y = x if x >= 0, else alpha * x."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import real
from zoo.graph import Node
from zoo.op import OnnxCall, Parsed
from zoo.table_op import TableOp

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]


class LeakyRelu(TableOp):
    """A rectifier with one slope below zero. attribute: alpha."""

    name = "leaky_relu"
    onnx_types = ("LeakyRelu",)

    def parse(self, call: OnnxCall) -> Parsed:
        """Read LeakyRelu."""
        # ONNX stores float32, including its default.
        alpha = float(np.float32(call.attributes.get("alpha", 0.01)))
        return Parsed(super().parse(call).inputs, {"alpha": alpha})

    def activate(self, node: Node, x: NDArray[Any]) -> NDArray[Any]:
        """Compute the leaky rectifier."""
        return np.where(x < 0, x * real(node, "alpha"), x)

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Compute the leaky rectifier."""
        from torch.nn import functional as F

        return F.leaky_relu(inputs[0], real(node, "alpha"))


OP = LeakyRelu()
