"""Sqrt: the square root, of numbers from 0 on."""

import math

import numpy as np

from compilers.op_parts.function import Function

__all__ = ["OP"]

OP = Function("sqrt", "Sqrt", np.sqrt, lambda torch, x: torch.sqrt(x), (0.0, math.inf))
