"""Softsign: y = x / (1 + |x|)."""

import numpy as np

from compilers.op_parts.function import Function

__all__ = ["OP"]

OP = Function(
    "softsign", "Softsign", lambda x: x / (1 + np.abs(x)), lambda torch, x: x / (1 + torch.abs(x))
)
