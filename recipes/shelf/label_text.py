"""Reads text files of labels; faults are named by file and line."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from zoo.errors import LabelError

__all__ = ["FacesOfPhoto", "faces_of_photos", "photo_below", "pixel_numbers", "read_lines"]

_DIGITS_MAX = 9  # of a number of faces
_LARGEST = 1e6
"""Larger than any photo, but sums and products of such numbers do not overflow."""


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file; raises DataError if it is missing or not text."""
    try:
        return path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(f"{path}: cannot read the labels ({error})") from error


@dataclass(frozen=True)
class FacesOfPhoto:
    """A photo's name and a line of text for each face. where: file and line, for messages."""

    name: str
    faces: list[str]
    where: str


def faces_of_photos(labels: Path, lines_without_faces: int = 0) -> Iterator[FacesOfPhoto]:
    """Yield the photos of a list with a name, the number of faces, and a line per face.

    lines_without_faces: lines of a photo without faces. Raises DataError naming file and line if
    no number follows a name, or the list ends too early.
    """
    lines = iter(enumerate(read_lines(labels), 1))
    for number, name in lines:
        if not name.strip():
            continue
        where = f"{labels}:{number}"
        _, count = next(lines, (0, ""))
        stated = _count(count)
        if stated is None:
            raise LabelError(
                f"{where}: '{count.strip()}' follows '{name.strip()}'; expected the number of "
                "the photo's faces"
            )
        faces = [text for _, text in islice(lines, stated or lines_without_faces)]
        if len(faces) < stated:
            raise LabelError(f"{where}: {stated} faces are stated, but {len(faces)} lines follow")
        yield FacesOfPhoto(name.strip(), faces[:stated], where)


def _count(text: str) -> int | None:
    """Return the number in a line, None for any other text."""
    digits = text.strip()
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS_MAX
    return int(digits) if is_number else None


def photo_below(photos: Path, name: str, where: str) -> Path:
    """Return the path of a photo in a list; raises DataError for one outside the folder."""
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise LabelError(f"{where}: photo '{name}' is not inside {photos.name}; correct the list")
    return photos / name


def pixel_numbers(words: Sequence[str], count: int, where: str) -> list[float]:
    """Return exactly `count` coordinates; raises DataError naming `where` and the word at fault."""
    if len(words) != count:
        raise LabelError(f"{where}: has {len(words)} numbers; expected {count}")
    return [_pixels(word, where) for word in words]


def _pixels(word: str, where: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not abs(value) <= _LARGEST:
        raise LabelError(f"{where}: found '{word}'; expected a number of pixels")
    return value
