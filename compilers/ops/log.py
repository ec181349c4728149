"""Log: the natural logarithm, of positive numbers."""

import math

import numpy as np

from compilers.op_parts.function import Function

__all__ = ["OP"]

OP = Function("log", "Log", np.log, lambda torch, x: torch.log(x), (0.0, math.inf))
