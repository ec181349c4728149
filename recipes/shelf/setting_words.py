"""Settings of a training, given as text."""

from collections.abc import Sequence
from typing import Any

from zoo.errors import UsageError

__all__ = ["setting_value"]


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
            low, high = map(float, text.split(","))
            return low, high
        return type(default)(text)  # type: ignore[call-arg]  # int, float, str
    except (KeyError, ValueError) as error:
        wanted = {bool: "true or false", tuple: "two numbers 'low,high'"}.get(
            type(default), f"a value like {default!r}"
        )
        raise UsageError(f"setting '{name}' is '{text}'; expected {wanted}") from error
