"""Mish: y = x * tanh(log(1 + e**x))."""

import numpy as np

from compilers.op_parts.function import Function

__all__ = ["OP"]

OP = Function(
    "mish",
    "Mish",
    lambda x: x * np.tanh(np.logaddexp(x, x.dtype.type(0))),
    lambda torch, x: torch.nn.functional.mish(x),
)
