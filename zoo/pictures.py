"""Which pictures a folder, or labelled data, has for calibration."""

from collections.abc import Sequence
from pathlib import Path

from zoo import registry
from zoo.errors import DataError
from zoo.labelled_data import find_data, parse_name
from zoo.picture import Picture
from zoo.recipe import Recipe

__all__ = ["calibration_pictures", "labelled_pictures"]

_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp")


def calibration_pictures(recipe: Recipe, data: Path, count: int) -> Sequence[Picture]:
    """Return `count` pictures, evenly spread over the data set or the folder's sorted names.

    Labels give boxes, where the recipe knows them or `data` names a data set; else each photo is
    used whole. Raises DataError for a missing or empty folder.
    """
    pictures = labelled_pictures(recipe, data) or _plain_pictures(data)
    if len(pictures) <= count:
        return pictures
    return [pictures[index * len(pictures) // count] for index in range(count)]


def labelled_pictures(recipe: Recipe, data: Path) -> Sequence[Picture]:
    """Return the pictures with their boxes, none for a folder without labels.

    data: a folder whose labels the recipe knows, or as `zoo.labelled_data` says, the training
    split where it names none.
    """
    if recipe.pictures:
        found: Sequence[Picture] = registry.resolve(recipe.pictures)(recipe, data)
        return found
    return find_data(data, "train").pictures() if parse_name(data).dataset else ()


def _plain_pictures(folder: Path) -> list[Picture]:
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; give one with pictures")
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in _SUFFIXES)
    if not found:
        raise DataError(f"{folder}: holds no picture ({', '.join(_SUFFIXES)})")
    return [Picture(path) for path in found]
