"""Settings of a training, given as text."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from zoo.errors import UsageError, suggest

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["changed_settings", "setting_value"]

Settings = TypeVar("Settings", bound="DataclassInstance")


def changed_settings(
    start: Settings,
    words: Mapping[str, str],
    positive: Collection[str],
    allowed: Mapping[str, Sequence[str]] | None = None,
) -> Settings:
    """Return settings with some changed by name.

    positive: names of those that must be above 0.  allowed: allowed texts of some.
    Raises UsageError for an unknown name or an invalid value.
    """
    known = [field.name for field in fields(start)]
    for name in words:
        if name not in known:
            raise UsageError(f"unknown setting '{name}'{suggest(name, known)}")
    changed = {
        name: setting_value(
            name, text, getattr(start, name), (allowed or {}).get(name), name in positive
        )
        for name, text in words.items()
    }
    return replace(start, **changed)


def setting_value(
    name: str,
    text: str,
    default: object,
    allowed: Sequence[str] | None = None,
    is_positive: bool = False,
) -> Any:  # noqa: ANN401 (as the default)
    """Return the text in the default's type; ranges are written 'low,high'.

    allowed: allowed texts, None for any.  Raises UsageError naming the setting and allowed values.
    """
    if allowed is not None and text not in allowed:
        raise UsageError(f"setting '{name}' is '{text}'; allowed: {', '.join(allowed)}")
    value = _parsed(name, text, default)
    if is_positive and not value > 0:
        raise UsageError(f"setting '{name}' is '{text}'; expected a number above 0")
    return value


def _parsed(name: str, text: str, default: object) -> Any:  # noqa: ANN401 (as the default)
    try:
        if isinstance(default, bool):
            return {"true": True, "false": False}[text.lower()]
        if isinstance(default, tuple):
            low, high = map(_finite, text.split(","))
            return low, high
        if isinstance(default, float):
            return _finite(text)
        return type(default)(text)  # type: ignore[call-arg]  # int, str
    except (KeyError, ValueError) as error:
        wanted = {
            bool: "true or false",
            tuple: "two finite numbers 'low,high'",
            float: f"a finite number like {default!r}",
        }.get(type(default), f"a value like {default!r}")
        raise UsageError(f"setting '{name}' is '{text}'; expected {wanted}") from error


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is not finite")
    return number
