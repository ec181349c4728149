"""Command output: tables for people, JSON for scripts."""

import json
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite

import click

from zoo.quoting import terminal

__all__ = ["json_text", "print_json", "print_table"]


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

    Lines are not wrapped, so that cells can be searched and copied.
    """
    if not rows:
        click.echo(f"{title}: none")
        return
    lines = [list(map(_cell, row)) for row in (rows[0], *(row.values() for row in rows))]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    if title:
        click.secho(title, bold=True)
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return terminal(", ".join(str(item) for item in value))
    return "" if value is None else terminal(str(value))
