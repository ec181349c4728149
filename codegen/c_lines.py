"""C text wrapped like clang-format."""

from collections.abc import Iterable, Sequence
from textwrap import wrap

from zoo import quoting

__all__ = ["COLUMNS", "comment", "filled", "filled_text", "numbers"]

COLUMNS = 100


def filled(head: str, items: Sequence[str], tail: str, indent: int = 0) -> tuple[str, ...]:
    """Return the lines of `head(items)tail`, filled, aligned with the first item.

    indent: of the surrounding code.
    """
    margin, columns = " " * (len(head) + 1), COLUMNS - indent
    lines = [f"{head}("]
    for index, item in enumerate(items):
        piece = item + (")" + tail if index == len(items) - 1 else ",")
        gap = "" if index == 0 else " "
        if index == 0 or len(lines[-1] + gap + piece) <= columns:
            lines[-1] += gap + piece
        else:
            lines.append(margin + piece)
    return tuple(lines) if items else (f"{head}(){tail}",)


def filled_text(head: str, items: Sequence[str], tail: str = "", indent: int = 0) -> str:
    """Return the lines of `filled` as text starting at column `indent`: a template filter."""
    return ("\n" + " " * indent).join(filled(head, items, tail, indent))


def comment(text: str, indent: int = 0) -> tuple[str, ...]:
    """Return the lines of a comment; characters with a special meaning in C become '_'."""
    plain = quoting.comment(text)
    lines = wrap(plain, COLUMNS - indent - 3, break_long_words=False, break_on_hyphens=False)
    return tuple(f"// {line}" for line in lines)


def numbers(values: Iterable[int], indent: int = 4) -> tuple[str, ...]:
    """Return lines of numbers, each followed by a comma."""
    lines, line = [], ""
    for value in values:
        piece = f"{value},"
        if line and len(line) + 1 + len(piece) > COLUMNS - indent:
            lines.append(line)
            line = piece
        else:
            line = f"{line} {piece}" if line else piece
    return (*lines, line) if line else tuple(lines)
