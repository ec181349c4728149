"""Cos: the cosine, of radians."""

import numpy as np

from compilers.op_parts.function import Function

__all__ = ["OP"]

OP = Function("cos", "Cos", np.cos, lambda torch, x: torch.cos(x))
