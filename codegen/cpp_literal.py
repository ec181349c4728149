"""C++ literals of contract parameters."""

import json
import math
from typing import Any

from zoo.errors import RecipeError

__all__ = ["literal"]


def literal(value: Any) -> str:  # noqa: ANN401 (parameters are whatever TOML can say)
    """Return the C++ literal of a bool, number, text or nested list of them.

    Floats keep all digits. Raises RecipeError for anything else.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and math.isfinite(value):
        return repr(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list | tuple):
        return "{" + ", ".join(literal(item) for item in value) + "}"
    raise RecipeError(
        f"contract: parameter {value!r} cannot be written in C++; numbers, texts, true, false and "
        "lists of them can"
    )


def _text(value: str) -> str:
    # JSON escapes are valid in C++, except for \u of characters that C++ accepts directly.
    if not value.isprintable():
        raise RecipeError(f"contract: text {value!r} has unprintable characters; remove them")
    return json.dumps(value, ensure_ascii=False)
