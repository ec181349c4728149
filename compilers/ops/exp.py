"""Exp: y = e**x."""

import numpy as np

from compilers.op_parts.function import Function

__all__ = ["OP"]

OP = Function("exp", "Exp", np.exp, lambda torch, x: torch.exp(x))
