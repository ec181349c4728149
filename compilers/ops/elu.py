"""Elu and Selu: y = gamma * x if x > 0, else gamma * alpha * (e**x - 1)."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import real
from zoo.graph import Node, Tensor
from zoo.op import OnnxCall, Parsed
from zoo.table_op import TableOp

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]

# Defaults of alpha and gamma; those of Selu are ONNX's, in float32.
_DEFAULTS = MappingProxyType(
    {"Elu": (1.0, 1.0), "Selu": (1.67326319217681884765625, 1.05070102214813232421875)}
)


class Elu(TableOp):
    """A rectifier that is smooth below zero. attributes: alpha, gamma."""

    name = "elu"
    onnx_types = ("Elu", "Selu")

    def parse(self, call: OnnxCall) -> Parsed:
        """Read Elu or Selu."""
        alpha, gamma = (
            float(np.float32(call.attributes.get(name, default)))
            for name, default in zip(("alpha", "gamma"), _DEFAULTS[call.op_type], strict=True)
        )
        return Parsed(super().parse(call).inputs, {"alpha": alpha, "gamma": gamma})

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write Elu if gamma is 1, otherwise Selu."""
        alpha, gamma = real(node, "alpha"), real(node, "gamma")
        if gamma == 1:
            return OnnxCall("Elu", {"alpha": alpha}, tuple(inputs))
        return OnnxCall("Selu", {"alpha": alpha, "gamma": gamma}, tuple(inputs))

    def activate(self, node: Node, x: NDArray[Any]) -> NDArray[Any]:
        """Compute the rectifier without overflowing exponentials."""
        below = real(node, "alpha") * np.expm1(np.minimum(x, 0))
        y: NDArray[Any] = real(node, "gamma") * np.where(x > 0, x, below)
        return y

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Compute the rectifier."""
        from torch.nn import functional as F

        return real(node, "gamma") * F.elu(inputs[0], real(node, "alpha"))


OP = Elu()
