"""Kotlin expressions of contract parameters."""

import json
import math
from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from zoo.errors import RecipeError

__all__ = ["COLUMNS", "call", "literal"]

COLUMNS = 100
_INDENT = 4
_TEXTS_MAX = 100  # in one list; more are lines of texts


def literal(value: Any) -> str:  # noqa: ANN401 (parameters are whatever TOML can say)
    """Return the expression of a bool, number, text or nested list of them, on one line.

    Floats keep all digits. Raises RecipeError for anything else.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and math.isfinite(value):
        return repr(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list | tuple):
        return f"listOf({', '.join(map(literal, value))})"
    raise RecipeError(
        f"contract: parameter {value!r} cannot be written in Kotlin; numbers, texts, true, false "
        "and lists of them can"
    )


def call(head: str, first: Sequence[str], arguments: Sequence[Any], indent: int) -> tuple[str, ...]:
    """Return the lines of `head(first, arguments)`, at most COLUMNS wide at an indentation.

    first: Kotlin expressions.  arguments: Python values, written as literals.
    """
    pieces = [[text] for text in first]
    pieces.extend(_lines(value, indent + _INDENT) for value in arguments)
    return tuple(_enclosed(head, pieces, indent))


def _lines(value: object, indent: int) -> list[str]:
    if not isinstance(value, list | tuple):
        return [literal(value)]
    if any(isinstance(item, list | tuple) for item in value):
        return _enclosed("listOf", [_lines(item, indent + _INDENT) for item in value], indent)
    if len(value) > _TEXTS_MAX and all(isinstance(item, str) for item in value):
        return _many_texts(value)
    text = literal(value)
    if indent + len(text) < COLUMNS:
        return [text]
    items = ", ".join(map(literal, value)) + ","
    filled = wrap(items, COLUMNS - indent - _INDENT, break_long_words=False)
    return ["listOf(", *(" " * _INDENT + line for line in filled), ")"]


def _many_texts(texts: Sequence[str]) -> list[str]:
    """Return an expression of a list; a function of the JVM has room for few thousand texts."""
    parts = (texts[i : i + _TEXTS_MAX] for i in range(0, len(texts), _TEXTS_MAX))
    joined = ("\\n".join(_text(text)[1:-1] for text in part) for part in parts)
    lines = (f'{" " * _INDENT}"{part}",' for part in joined)
    return ["listOf(", *lines, ").flatMap { it.split('\\n') }"]


def _enclosed(head: str, pieces: Sequence[Sequence[str]], indent: int) -> list[str]:
    """Return `head(pieces)` on one line if it fits, otherwise each piece on separate lines."""
    text = f"{head}({', '.join(piece[0] for piece in pieces)})"
    if all(len(piece) == 1 for piece in pieces) and indent + len(text) < COLUMNS:
        return [text]
    inside = (line for *begin, end in pieces for line in (*begin, f"{end},"))
    return [f"{head}(", *(" " * _INDENT + line for line in inside), ")"]


def _text(value: str) -> str:
    # JSON escapes are valid in Kotlin, except for $, which would start a template.
    if not value.isprintable():
        raise RecipeError(f"contract: text {value!r} has unprintable characters; remove them")
    return json.dumps(value, ensure_ascii=False).replace("$", "\\$")
