"""Functions of one number: TFLite's ops for reals, a table for integers, bit for bit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from compilers.op_parts.arguments import real, text
from compilers.tflite.functions import lower_table
from compilers.tflite.scope import Scope
from zoo.lowering import NodeView

__all__ = ["FUNCTIONS", "lower_function"]

_PLAIN: Mapping[str, object] = MappingProxyType({"fusedActivationFunction": "NONE"})


@dataclass(frozen=True)
class _Reals:
    """Adds ops on reals in the node's shape. x: index of its input."""

    scope: Scope
    view: NodeView
    x: int

    def __call__(
        self, code: str, *inputs: int, options: str = "", settings: Mapping[str, object] = _PLAIN
    ) -> int:
        name = f"{self.view.output.name}.{code.lower()}"
        output = self.scope.value(name, self.scope.tensor(self.x).shape, None)
        used = settings if options else {}
        return self.scope.add(code, inputs, output, options, used)

    def constant(self, value: float) -> int:
        name = f"{self.view.output.name}.number"
        return self.scope.constant(name, np.array([value]), "float32")

    def add(self, first: int, second: int) -> int:
        return self("ADD", first, second, options="AddOptions")

    def times(self, first: int, second: int) -> int:
        return self("MUL", first, second, options="MulOptions")

    def over(self, first: int, second: int) -> int:
        return self("DIV", first, second, options="DivOptions")


def lower_function(scope: Scope, view: NodeView) -> None:
    """Add the function's ops of reals, or its table of integers."""
    if view.output.quantization is not None:
        lower_table(scope, view)
        return
    reals = _Reals(scope, view, scope.read(view))
    result = FUNCTIONS[view.node.op](reals)
    scope.make_output(result, view.output.name)


def _softplus(reals: _Reals) -> int:
    """Add max(x, 0) + log(1 + e**-|x|), which cannot overflow."""
    below = reals.times(reals("ABS", reals.x), reals.constant(-1))
    above = reals("RELU", reals.x)
    return reals.add(above, reals("LOG", reals.add(reals("EXP", below), reals.constant(1))))


def _elu(reals: _Reals) -> int:
    node = reals.view.node
    if real(node, "alpha") != 1:
        reals.view.refuse(
            f"its alpha is {real(node, 'alpha'):g}, that of TFLite's ELU is 1",
            "use alpha 1, or quantize the network with --quant ptq",
        )
    y = reals("ELU", reals.x)
    return y if real(node, "gamma") == 1 else reals.times(y, reals.constant(real(node, "gamma")))


def _gelu(reals: _Reals) -> int:
    by_tanh = text(reals.view.node, "approximate") == "tanh"
    return reals("GELU", reals.x, options="GeluOptions", settings={"approximate": by_tanh})


def _pow(reals: _Reals) -> int:
    return reals("POW", reals.x, reals.constant(real(reals.view.node, "exponent")))


def _softsign(reals: _Reals) -> int:
    return reals.over(reals.x, reals.add(reals("ABS", reals.x), reals.constant(1)))


FUNCTIONS: Mapping[str, Callable[[_Reals], int]] = MappingProxyType(
    {
        "abs": lambda reals: reals("ABS", reals.x),
        "cos": lambda reals: reals("COS", reals.x),
        "elu": _elu,
        "exp": lambda reals: reals("EXP", reals.x),
        "gelu": _gelu,
        "log": lambda reals: reals("LOG", reals.x),
        "mish": lambda reals: reals.times(reals.x, reals("TANH", _softplus(reals))),
        "pow": _pow,
        "reciprocal": lambda reals: reals.over(reals.constant(1), reals.x),
        "sin": lambda reals: reals("SIN", reals.x),
        "softplus": _softplus,
        "softsign": _softsign,
        "sqrt": lambda reals: reals("SQRT", reals.x),
    }
)
"""Builders of real functions; each returns the index of the result."""
