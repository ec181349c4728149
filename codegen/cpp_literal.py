"""C++ literals for the values of contract parameters, and calls laid out like clang-format."""

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from zoo.errors import RecipeError

__all__ = ["call", "literal"]

_COLUMNS = 98  # .clang-format's 100, minus two for the indentation of a function's body


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


def call(function: str, first: Sequence[str], arguments: Sequence[Any]) -> tuple[str, ...]:
    """Return the lines of `function(first, arguments);`.

    first: C++ expressions.  arguments: Python values, written as literals. Lines are filled; a list
    of lists that does not fit has one line per item. A list of texts that does not fit is a
    constant beside the call, in a block: compilers need minutes for thousands of std::string.
    """
    columns = _COLUMNS - len(function) - 1
    long = {i: value for i, value in enumerate(arguments) if _is_long(value, columns)}
    if not long:
        return tuple(_call(function, [[text] for text in first], arguments, _COLUMNS))
    names = {i: f"texts_{number}" for number, i in enumerate(long)}
    constants = [line for i, value in long.items() for line in _constant(names[i], value)]
    shown = [_Name(names[i]) if i in long else value for i, value in enumerate(arguments)]
    inside = [*constants, *_call(function, [[text] for text in first], shown, _COLUMNS - 2)]
    return ("{", *(f"  {line}" for line in inside), "}")


class _Name(str):
    """An identifier among arguments."""

    __slots__ = ()


def _is_long(value: object, columns: int) -> bool:
    return (
        isinstance(value, list | tuple)
        and all(isinstance(item, str) for item in value)
        and len(literal(value)) > columns
    )


def _constant(name: str, texts: Sequence[str]) -> Iterator[str]:
    yield "// clang-format off: a text in each line"
    yield f"static const std::vector<std::string> {name} = text_list({{"
    yield from (f"    {literal(text)}," for text in texts)
    yield "});"
    yield "// clang-format on"


def _call(
    function: str, pieces: list[list[str]], arguments: Sequence[Any], columns: int
) -> list[str]:
    margin = " " * (len(function) + 1)
    pieces.extend(_argument(value, columns - len(margin)) for value in arguments)
    lines = [f"{function}("]
    for index, piece in enumerate(pieces):
        ending = ");" if index == len(pieces) - 1 else ","
        begin, *rest = [*piece[:-1], piece[-1] + ending]
        gap = "" if index == 0 else " "
        if len(piece) == 1 and len(lines[-1] + gap + begin) <= columns:
            lines[-1] += gap + begin
        else:
            lines.append(margin + begin)
        lines.extend(margin + line for line in rest)
    return lines


def _argument(value: object, columns: int) -> list[str]:
    text = str(value) if isinstance(value, _Name) else literal(value)
    if len(text) <= columns or not isinstance(value, list | tuple) or not _has_lists(value):
        return [text]
    return ["{", *_items(value), "}"]


def _has_lists(value: Sequence[object]) -> bool:
    return any(isinstance(item, list | tuple) for item in value)


def _items(value: Sequence[object]) -> Iterator[str]:
    for item in value:
        yield f"    {literal(item)},"


def _text(value: str) -> str:
    # JSON escapes are valid in C++, except for \u of characters that C++ accepts directly.
    if not value.isprintable():
        raise RecipeError(f"contract: text {value!r} has unprintable characters; remove them")
    return json.dumps(value, ensure_ascii=False)
