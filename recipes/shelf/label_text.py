"""Reads text files of labels, whose faults are named by file and line."""

import math
from collections.abc import Sequence
from pathlib import Path

from zoo.errors import DataError

__all__ = ["pixel_numbers", "read_lines"]

_LARGEST = 1e6
"""No photo is as large, and no sum or product of such numbers overflows."""


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file; raises DataError where it is missing or no text."""
    try:
        return path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot read the labels ({error})") from error


def pixel_numbers(words: Sequence[str], count: int, where: str) -> list[float]:
    """Return exactly `count` coordinates; raises DataError naming `where` and the word at fault."""
    if len(words) != count:
        raise DataError(f"{where}: has {len(words)} numbers, {count} are needed")
    return [_pixels(word, where) for word in words]


def _pixels(word: str, where: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not abs(value) <= _LARGEST:
        raise DataError(f"{where}: found '{word}', a number of pixels is needed")
    return value
