"""Sin: the sine, of radians."""

import numpy as np

from compilers.op_parts.function import Function

__all__ = ["OP"]

OP = Function("sin", "Sin", np.sin, lambda torch, x: torch.sin(x))
