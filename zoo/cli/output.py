"""What commands print: tables for people, JSON for scripts."""

import json
from collections.abc import Mapping, Sequence

import click

__all__ = ["print_json", "print_table"]


def print_json(value: object) -> None:
    """Print a JSON value, keys in the order given."""
    click.echo(json.dumps(value, indent=2))


def print_table(title: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Print rows under the keys of the first one."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in rows[0] if rows else ():
        table.add_column(column)
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    Console(soft_wrap=False).print(table)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)
