"""Reads text files of labels, whose faults are named by file and line."""

import math
from collections.abc import Sequence
from pathlib import Path

from zoo.errors import DataError

__all__ = ["finite_numbers", "read_lines"]


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file; raises DataError where it is missing or no text."""
    try:
        return path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot read the labels ({error})") from error


def finite_numbers(words: Sequence[str], count: int, where: str) -> list[float]:
    """Return exactly `count` numbers; raises DataError naming `where` and the word at fault."""
    if len(words) != count:
        raise DataError(f"{where}: has {len(words)} numbers, {count} are needed")
    return [_finite(word, where) for word in words]


def _finite(word: str, where: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataError(f"{where}: found '{word}', a finite number is needed")
    return value
