"""Command output: tables for people, JSON for scripts."""

import json
from collections.abc import Mapping, Sequence

import click

from zoo.quoting import terminal

__all__ = ["print_json", "print_table"]


def print_json(value: object) -> None:
    """Print a JSON value, keys in the order given."""
    click.echo(json.dumps(value, indent=2))


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
