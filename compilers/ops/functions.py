"""Functions of one number without attributes, each an op: ONNX, numpy and PyTorch have them."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zoo.graph import Node
from zoo.table_op import TableOp

if TYPE_CHECKING:
    import torch

__all__ = ["Function", "error_function"]

_POSITIVE = (0.0, math.inf)


class Function(TableOp):
    """y = f(x).

    meaning: the instance's docstring.  real: computes f in numpy, in the precision of its argument.
    torch_form: computes f of one tensor, given the module torch.
    domain: the least and the largest x for which f has a value.
    """

    def __init__(
        self,
        name: str,
        onnx_type: str,
        meaning: str,
        real: Callable[[NDArray[Any]], NDArray[Any]],
        torch_form: Callable[[Any, "torch.Tensor"], "torch.Tensor"],
        domain: tuple[float, float] = (-math.inf, math.inf),
    ) -> None:
        self.name, self.__doc__ = name, meaning
        self.onnx_types = (onnx_type,)
        self._real, self._torch_form, self._domain = real, torch_form, domain

    def domain(self, node: Node) -> tuple[float, float]:  # noqa: ARG002
        """Return where the function has a value."""
        return self._domain

    def activate(self, node: Node, x: NDArray[Any]) -> NDArray[Any]:  # noqa: ARG002
        """Compute the function."""
        return self._real(x)

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":  # noqa: ARG002
        """Compute the function."""
        import torch

        return self._torch_form(torch, inputs[0])


def error_function(x: NDArray[Any]) -> NDArray[Any]:
    """Compute erf number by number, as numpy has none."""
    y: NDArray[Any] = np.asarray(np.frompyfunc(math.erf, 1, 1)(x)).astype(x.dtype)
    return y


ABS = Function("abs", "Abs", "y = |x|.", np.abs, lambda torch, x: torch.abs(x))
COS = Function("cos", "Cos", "The cosine, of radians.", np.cos, lambda torch, x: torch.cos(x))
ERF = Function(
    "erf",
    "Erf",
    "The error function, 2 / sqrt(pi) times the integral of exp(-t**2) from 0 to x.",
    error_function,
    lambda torch, x: torch.erf(x),
)
EXP = Function("exp", "Exp", "y = e**x.", np.exp, lambda torch, x: torch.exp(x))
LOG = Function(
    "log",
    "Log",
    "The natural logarithm, of positive numbers.",
    np.log,
    lambda torch, x: torch.log(x),
    _POSITIVE,
)
MISH = Function(
    "mish",
    "Mish",
    "y = x * tanh(log(1 + e**x)).",
    lambda x: x * np.tanh(np.logaddexp(x, x.dtype.type(0))),
    lambda torch, x: torch.nn.functional.mish(x),
)
RECIPROCAL = Function(
    "reciprocal",
    "Reciprocal",
    "y = 1 / x, infinite for 0.",
    lambda x: 1 / x,
    lambda torch, x: torch.reciprocal(x),
)
SIN = Function("sin", "Sin", "The sine, of radians.", np.sin, lambda torch, x: torch.sin(x))
SOFTPLUS = Function(
    "softplus",
    "Softplus",
    "y = log(1 + e**x), computed without overflow.",
    lambda x: np.logaddexp(x, x.dtype.type(0)),
    lambda torch, x: torch.logaddexp(x, torch.zeros_like(x)),
)
SOFTSIGN = Function(
    "softsign",
    "Softsign",
    "y = x / (1 + |x|).",
    lambda x: x / (1 + np.abs(x)),
    lambda torch, x: x / (1 + torch.abs(x)),
)
SQRT = Function(
    "sqrt",
    "Sqrt",
    "The square root, of numbers from 0 on.",
    np.sqrt,
    lambda torch, x: torch.sqrt(x),
    _POSITIVE,
)
