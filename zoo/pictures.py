"""Pictures: files of photos with the box of what the network looks at."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zoo import registry
from zoo.errors import DataError
from zoo.labelled_data import find_data, parse_name
from zoo.recipe import Recipe
from zoo.step import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Picture", "calibration_pictures", "labelled_pictures", "read_picture"]

_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp")


@dataclass(frozen=True)
class Picture:
    """A photo and a box (x, y, width, height) in its pixels; None means the whole photo."""

    path: Path
    box: Box | None = None

    def read(self) -> "NDArray[np.uint8]":
        """Return [H, W, 3] uint8 RGB; raises DataError naming the file."""
        return read_picture(self.path)


def read_picture(path: Path) -> "NDArray[np.uint8]":
    """Return a photo as [H, W, 3] uint8 RGB; raises DataError naming the file."""
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise DataError(
            f"{path}: cannot be read as a picture ({error}); PNG, JPEG and BMP are"
        ) from error


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
