"""Reads `annotations.csv`; faults are named by file, row and column."""

import csv
from pathlib import Path

from zoo.data.crops import Row
from zoo.errors import DataError

__all__ = ["columns_of", "read_rows"]


def columns_of(table: Path) -> list[str]:
    """Return the names of the columns; raises DataError if the table is not text."""
    try:
        with table.open(newline="", encoding="utf-8") as lines:
            return next(csv.reader(lines), [])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{table}: cannot read the annotations ({error})") from error


def read_rows(table: Path) -> list[Row]:
    """Return the rows by column, and `line` for messages; raises DataError."""
    try:
        with table.open(newline="", encoding="utf-8") as lines:
            reader = csv.DictReader(lines)
            return [dict(row, line=str(reader.line_num)) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{table}: cannot read the annotations ({error})") from error
