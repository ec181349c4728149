"""What steps over time share: a number of a value, its limits, and checks of parameters."""

import math
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import StepError, suggest
from zoo.parameters import check_choice, is_integer, is_number, refuse
from zoo.step import ValueSpec

__all__ = ["WHEN", "check_numbers", "check_texts", "item_of", "needs_item", "passes"]

WHEN = ("below", "above", "beyond")
"""When a number passes its limit; 'beyond': its magnitude does."""


def passes(when: str, number: float, limit: float) -> bool:
    """Return whether a number passes a limit; nan does not."""
    if when == "below":
        return number < limit
    return (abs(number) if when == "beyond" else number) > limit


def item_of(values: Mapping[str, NDArray[Any]], name: str, item: int) -> float:
    """Return an item of a value, row by row."""
    return float(np.ravel(values[name])[item])


def needs_item(step: str, known: Mapping[str, ValueSpec], parameters: Mapping[str, Any]) -> None:
    """Raise RecipeError unless 'value' is known and of numbers, and always has the 'item'."""
    name, item = parameters["value"], parameters["item"]
    spec = known.get(name)
    if spec is None:
        raise StepError(
            f"contract step '{step}': there is no value '{name}'{suggest(name, known)}; the step "
            "that adds it must be before this one"
        )
    lengths = [0 if n is None else n for n in spec.shape]
    if spec.dtype == "str" or math.prod(lengths) <= item:
        raise StepError(
            f"contract step '{step}': value '{name}' is {spec}; item {item} of it is not always a "
            "number"
        )


def check_texts(step: str, parameters: Mapping[Any, Any], names: Collection[Any]) -> None:
    """Raise RecipeError unless parameters are names: printable and not empty; checks 'item', too.

    'when', if it is among the parameters, must be one of WHEN.
    """
    for name in names:
        found = parameters[name]
        if not isinstance(found, str) or not found or not found.isprintable():
            refuse(step, parameters, name, "a name of printable characters")
    if "item" in parameters and not (is_integer(parameters["item"]) and parameters["item"] >= 0):
        refuse(step, parameters, "item", "an index from 0")
    if "when" in parameters:
        check_choice(step, parameters, "when", WHEN)


def check_numbers(
    step: str, parameters: Mapping[str, Any], ranges: Mapping[str, tuple[float, float]]
) -> None:
    """Raise RecipeError unless parameters are numbers of their closed ranges."""
    for name, (low, high) in ranges.items():
        if not is_number(parameters[name]) or not low <= parameters[name] <= high:
            refuse(step, parameters, name, f"a number from {low:g} to {high:g}")
