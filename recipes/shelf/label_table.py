"""Reads `annotations.csv`; faults are named by file, row and column."""

import csv
from collections.abc import Mapping
from pathlib import Path

from zoo.data.crops import Row
from zoo.errors import LabelError

__all__ = ["columns_of", "read_rows"]


def columns_of(table: Path) -> list[str]:
    """Return the names of the columns; raises DataError if the table is not text."""
    try:
        with table.open(newline="", encoding="utf-8") as lines:
            return next(csv.reader(lines), [])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LabelError(f"{table}: cannot read the annotations ({error})") from error


def read_rows(table: Path) -> list[Row]:
    """Return the rows by column, and `line` for messages; raises DataError."""
    try:
        with table.open(newline="", encoding="utf-8") as lines:
            reader = csv.DictReader(lines)
            return [_whole(row, f"{table}:{reader.line_num}", reader.line_num) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LabelError(f"{table}: cannot read the annotations ({error})") from error


def _whole(row: Mapping[str | None, str | list[str] | None], where: str, line: int) -> Row:
    """Return a row with a cell in every column; csv marks other rows by None."""
    cells = {name: cell for name, cell in row.items() if name is not None and isinstance(cell, str)}
    if None in row:
        raise LabelError(f"{where}: has more cells than columns; quote cells with commas")
    if missing := [name for name in row if name not in cells]:
        raise LabelError(f"{where}: column '{missing[0]}' is missing; the row was cut short")
    return {**cells, "line": str(line)}
