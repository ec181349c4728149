"""Erf: the error function, 2 / sqrt(pi) times the integral of exp(-t**2) from 0 to x."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.function import Function

__all__ = ["OP", "error_function"]


def error_function(x: NDArray[Any]) -> NDArray[Any]:
    """Compute erf number by number, as numpy has none."""
    y: NDArray[Any] = np.asarray(np.frompyfunc(math.erf, 1, 1)(x)).astype(x.dtype)
    return y


OP = Function("erf", "Erf", error_function, lambda torch, x: torch.erf(x))
