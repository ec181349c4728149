"""Command output: tables for people, JSON for scripts."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from math import isfinite
from shutil import get_terminal_size
from textwrap import wrap

import click

from zoo.quoting import terminal

__all__ = ["fitted", "json_text", "print_json", "print_table"]

_GAP = "  "


def print_json(value: object) -> None:
    """Print a JSON value as `json_text` gives it, and a note for each number that it lacks."""
    for place, number in _not_finite(value, ""):
        click.echo(f"note: {terminal(place)} is {number}; JSON has null there", err=True)
    click.echo(json_text(value))


def json_text(value: object) -> str:
    """Return a JSON value, keys in the order given.

    Infinities and NaN, which JSON does not have (RFC 8259, section 6), become null.
    """
    return json.dumps(_finite(value), indent=2, allow_nan=False)


def _finite(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def _not_finite(value: object, place: str) -> Iterator[tuple[str, float]]:
    """Yield where infinities and NaN are, such as 'losses[0].loss'."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _not_finite(item, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _not_finite(item, f"{place}[{index}]")
    elif isinstance(value, float) and not isfinite(value):
        yield place, value


def print_table(title: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Print rows in aligned columns under the first row's keys.

    A terminal gets columns that fit it, with cells on several lines; files and pipes get each row
    on one line, so that cells can be searched and copied.
    """
    if not rows:
        click.echo(f"{title}: none")
        return
    lines = [list(map(_cell, row)) for row in (rows[0], *(row.values() for row in rows))]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    if title:
        click.secho(title, bold=True)
    if sys.stdout.isatty():
        shortest = [max(map(_longest_word, column)) for column in zip(*lines, strict=True)]
        widths = fitted(widths, shortest, get_terminal_size().columns)
    for line in lines:
        parts = [_wrapped(cell, width) for cell, width in zip(line, widths, strict=True)]
        for cells in zip_longest(*parts, fillvalue=""):
            padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
            click.echo(_GAP.join(padded).rstrip())


def fitted(widths: Sequence[int], shortest: Sequence[int], width: int) -> list[int]:
    """Return the columns' widths for lines of at most `width`, or as near as words allow.

    widths: of whole cells.  shortest: of the columns' longest words. The widest shrink first.
    """
    found = list(widths)
    for _ in range(sum(found) + len(_GAP) * (len(found) - 1) - width):
        rest = [index for index, least in enumerate(shortest) if found[index] > least]
        if not rest:
            break
        found[max(rest, key=lambda index: found[index])] -= 1
    return found


def _longest_word(cell: str) -> int:
    return max(map(len, cell.split()), default=0)


def _wrapped(cell: str, width: int) -> list[str]:
    """Return a cell's lines, a whole one as it is."""
    if len(cell) <= width:
        return [cell]
    return wrap(cell, width, break_long_words=False, break_on_hyphens=False)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return terminal(", ".join(str(item) for item in value))
    return "" if value is None else terminal(str(value))
