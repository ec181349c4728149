"""Checks of contract parameters."""

from collections.abc import Collection, Mapping
from sys import float_info
from typing import Any, NoReturn

from zoo.errors import ContractError, suggest

__all__ = ["check_choice", "is_integer", "is_integers", "is_number", "is_numbers", "refuse"]


def is_number(value: object) -> bool:
    """Return whether value is an int or float that a finite float64 can hold, not a bool."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -float_info.max <= value <= float_info.max


def is_numbers(value: object) -> bool:
    """Return whether value is a non-empty list of numbers."""
    return isinstance(value, list | tuple) and bool(value) and all(map(is_number, value))


def is_integer(value: object) -> bool:
    """Return whether value is an int, not a bool."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_integers(value: object) -> bool:
    """Return whether value is a non-empty list of integers."""
    return isinstance(value, list | tuple) and bool(value) and all(map(is_integer, value))


def refuse(step: str, parameters: Mapping[str, Any], name: str, expected: str) -> NoReturn:
    """Raise RecipeError: a step's parameter is not what it expects."""
    raise ContractError(
        f"contract step '{step}': {name} is {parameters[name]!r}; expected {expected}"
    )


def check_choice(
    step: str, parameters: Mapping[str, Any], name: str, choices: Collection[str]
) -> None:
    """Raise RecipeError unless a step's parameter is one of the choices."""
    found = parameters[name]
    if found not in [*choices]:  # it need not be hashable
        raise ContractError(
            f"contract step '{step}': {name} is {found!r}{suggest(str(found), choices)}"
        )
