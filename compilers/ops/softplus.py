"""Softplus: y = log(1 + e**x), computed without overflow."""

import numpy as np

from compilers.op_parts.function import Function

__all__ = ["OP"]

OP = Function(
    "softplus",
    "Softplus",
    lambda x: np.logaddexp(x, x.dtype.type(0)),
    lambda torch, x: torch.logaddexp(x, torch.zeros_like(x)),
)
