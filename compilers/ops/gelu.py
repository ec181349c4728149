"""Gelu: y = x * P(X <= x) for a normal X, exact or with the tanh approximation."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import text
from compilers.ops.functions import error_function
from zoo.errors import UnsupportedOpError
from zoo.graph import Node
from zoo.op import OnnxCall, Parsed
from zoo.table_op import TableOp

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]

_CUBE = 0.044715


class Gelu(TableOp):
    """y = x / 2 * (1 + erf(x / sqrt(2))), or with tanh(sqrt(2 / pi) * (x + 0.044715 x**3)).

    attributes: approximate, 'none' or 'tanh' (Hendrycks and Gimpel 2016).
    """

    name = "gelu"
    onnx_types = ("Gelu",)

    def parse(self, call: OnnxCall) -> Parsed:
        """Read Gelu of opset 20."""
        approximate = call.attributes.get("approximate", "none")
        if approximate not in ("none", "tanh"):
            raise UnsupportedOpError(
                f"{call.where}: Gelu has the approximation '{approximate}'; only 'none' and 'tanh' "
                "are supported: export with one of them"
            )
        return Parsed(super().parse(call).inputs, {"approximate": approximate})

    def activate(self, node: Node, x: NDArray[Any]) -> NDArray[Any]:
        """Compute Gelu."""
        if text(node, "approximate") == "tanh":
            inner = np.tanh(math.sqrt(2 / math.pi) * (x + _CUBE * x * x * x))
        else:
            inner = error_function(x * math.sqrt(0.5))
        y: NDArray[Any] = x * (inner + 1) * 0.5
        return y

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Compute Gelu."""
        from torch.nn import functional as F

        return F.gelu(inputs[0], approximate=text(node, "approximate"))


OP = Gelu()
