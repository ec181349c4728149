"""Sums of any number of values, signs, powers, quotients, and composed functions."""

from collections.abc import Callable, Mapping
from functools import reduce
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from compilers.hub.compose.parts import Parts
from compilers.op_parts.arguments import parameter

__all__ = ["COMPOSITIONS"]

_ABSORBING = -1e9
"""Adding a score to this or less does not change it in float32."""


def _sum(parts: Parts) -> None:
    parts.give(_total(parts))


def _mean(parts: Parts) -> None:
    share = parts.reals(1 / len(parts.node.inputs))
    parts.give(parts.add("Mul", _total(parts), share))


def _total(parts: Parts) -> str:
    names = [parts.input(index) for index in range(len(parts.node.inputs))]
    return reduce(lambda first, second: parts.add("Add", first, second), names)


def _neg(parts: Parts) -> None:
    parts.give(parts.add("Mul", parts.input(), parts.reals(-1)))


def _pow(parts: Parts) -> None:
    """Write x**2 as x * x, which chips support; leave other powers to their op."""
    exponent = parameter(parts.call, 1, "exponent")
    x, value = parts.input(), None if exponent is None or exponent.size != 1 else exponent.item()
    match value:
        case 1:
            parts.give(x)
        case 2:
            parts.give(parts.add("Mul", x, x))
        case 0.5:
            parts.give(parts.add("Sqrt", x))
        case -1:
            parts.give(parts.add("Reciprocal", x))


def _div(parts: Parts) -> None:
    """Write a / b as a * (1 / b) if b is computed."""
    a, b = parts.input(), parts.input(1)
    if not parts.tensor(1).is_constant:
        parts.give(parts.add("Mul", a, parts.add("Reciprocal", b)))


def _bounds(op_type: str) -> Callable[[Parts], None]:
    """Return the composition of Max or Min with one number as a bound."""

    def compose(parts: Parts) -> None:
        tensors = [parts.tensor(index) for index in range(len(parts.node.inputs))]
        if len(tensors) == 1:
            parts.give(parts.input())
            return
        bounds = [t for t in tensors if t.data is not None and t.data.size == 1]
        if len(tensors) != 2 or len(bounds) != 1 or bounds[0].quantization:
            found = ", ".join(f"'{tensor.name}' {tensor.shape}" for tensor in tensors)
            raise parts.refusal(
                f"{op_type} of {found}",
                "only a value and a number that bounds it are supported: write a + relu(b - a) "
                "for the maximum of two values",
            )
        x = parts.input(tensors.index(bounds[0]) ^ 1)
        bound = parts.constant("bound", np.array(bounds[0].data, np.float32).reshape(()))
        parts.give(parts.add("Clip", x, *([bound] if op_type == "Max" else ["", bound])))

    return compose


def _celu(parts: Parts) -> None:
    """Write alpha * elu(x / alpha)."""
    alpha = float(parts.attribute("alpha", 1.0))
    inner = parts.add("Mul", parts.input(), parts.reals(1 / alpha))
    parts.give(parts.add("Mul", parts.add("Elu", inner), parts.reals(alpha)))


def _swish(parts: Parts) -> None:
    """Write x * sigmoid(alpha * x)."""
    x, alpha = parts.input(), float(parts.attribute("alpha", 1.0))
    inner = x if alpha == 1 else parts.add("Mul", x, parts.reals(alpha))
    parts.give(parts.add("Mul", x, parts.add("Sigmoid", inner)))


def _log_softmax(parts: Parts) -> None:
    axis = parts.axis(int(parts.attribute("axis", -1)))
    parts.give(parts.add("Log", parts.add("Softmax", parts.input(), axis=axis)))


def _where(parts: Parts) -> None:
    """Write a fixed choice as a sum of what is chosen from each side.

    A mask before a softmax, numbers so low that float32 adds nothing to them, is added as it is.
    """
    chosen = parameter(parts.call, 0, "condition")
    assert chosen is not None
    sides = []
    for index, kept in ((1, chosen.astype(bool)), (2, ~chosen.astype(bool))):
        data = parts.tensor(index).data
        if data is not None:
            part = np.where(kept, data, 0).astype(np.float32)
            sides.append(parts.constant("chosen", part) if part.any() else "")
        elif _is_mask(parts, 3 - index, ~kept):
            sides.append(parts.input(index))
        else:
            sides.append(parts.add("Mul", parts.input(index), parts.reals(kept)))
    parts.give(parts.add("Add", *sides) if all(sides) else next(filter(None, sides)))


def _is_mask(parts: Parts, index: int, chosen: NDArray[np.bool_]) -> bool:
    """Whether one side holds nothing but very low numbers where it is chosen."""
    data = parts.tensor(index).data
    return data is not None and bool(np.all(np.where(chosen, data, -np.inf) <= _ABSORBING))


COMPOSITIONS: Mapping[str, Callable[[Parts], None]] = MappingProxyType(
    {
        "Celu": _celu,
        "Div": _div,
        "LogSoftmax": _log_softmax,
        "Max": _bounds("Max"),
        "Mean": _mean,
        "Min": _bounds("Min"),
        "Neg": _neg,
        "Pow": _pow,
        "Sum": _sum,
        "Swish": _swish,
        "Where": _where,
    }
)
