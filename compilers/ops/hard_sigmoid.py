"""HardSigmoid: y = max(0, min(1, alpha * x + beta))."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import real
from zoo.graph import Node, Quantization
from zoo.op import OnnxCall, Parsed
from zoo.table_op import TableOp

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]


class HardSigmoid(TableOp):
    """The gate of squeeze-and-excitation in MobileNetV3. attributes: alpha, beta."""

    name = "hard_sigmoid"
    onnx_types = ("HardSigmoid",)

    def parse(self, call: OnnxCall) -> Parsed:
        """Read HardSigmoid."""
        # ONNX stores float32, including its defaults.
        alpha = float(np.float32(call.attributes.get("alpha", 0.2)))
        beta = float(np.float32(call.attributes.get("beta", 0.5)))
        return Parsed(super().parse(call).inputs, {"alpha": alpha, "beta": beta})

    def activate(self, node: Node, x: NDArray[Any]) -> NDArray[Any]:
        """Compute hard sigmoid."""
        y: NDArray[Any] = np.clip(x * real(node, "alpha") + real(node, "beta"), 0, 1)
        return y

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Compute hard sigmoid."""
        return (inputs[0] * real(node, "alpha") + real(node, "beta")).clamp(0, 1)

    def fixed_quantization(self, node: Node) -> Quantization:  # noqa: ARG002
        """Return steps of 1/256 from 0: the output is known to lie in [0, 1]."""
        return Quantization((1 / 256,), (0,), signed=False)


OP = HardSigmoid()
