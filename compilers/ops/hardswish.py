"""HardSwish: y = x * max(0, min(6, x + 3)) / 6.

Howard et al. 2019, "Searching for MobileNetV3", section 5.2.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zoo.graph import Node
from zoo.table_op import TableOp

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]


class HardSwish(TableOp):
    """The activation of MobileNetV3."""

    name = "hardswish"
    onnx_types = ("HardSwish",)

    def activate(self, node: Node, x: NDArray[Any]) -> NDArray[Any]:  # noqa: ARG002
        """Compute hard swish."""
        y: NDArray[Any] = x * np.clip(x + 3, 0, 6) / 6
        return y

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":  # noqa: ARG002
        """Compute hard swish."""
        from torch.nn import functional as F

        return F.hardswish(inputs[0])


OP = HardSwish()
