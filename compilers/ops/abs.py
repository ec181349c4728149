"""Abs: y = |x|."""

import numpy as np

from compilers.op_parts.function import Function

__all__ = ["OP"]

OP = Function("abs", "Abs", np.abs, lambda torch, x: torch.abs(x))
