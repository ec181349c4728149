"""HardSwish: y = x * max(0, min(6, x + 3)) / 6.

Howard et al. 2019, "Searching for MobileNetV3", section 5.2.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.lookup_table import LookupOp
from zoo.graph import Node

__all__ = ["OP"]


class HardSwish(LookupOp):
    """The activation of MobileNetV3."""

    name = "hardswish"
    onnx_types = ("HardSwish",)

    def activate(self, node: Node, x: NDArray[Any]) -> NDArray[Any]:  # noqa: ARG002
        """Compute hard swish."""
        y: NDArray[Any] = x * np.clip(x + 3, 0, 6) / 6
        return y


OP = HardSwish()
