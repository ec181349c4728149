"""wflw: the original WFLW, list files of 98 landmarks and the photos they name.

Wu et al. 2018, "Look at Boundary: A Boundary-Aware Face Alignment Algorithm". A line holds 196
coordinates, four of the face detector's rectangle, six attributes and the photo's name; lists of
test subsets only hold coordinates and name. Pixel centres are at integers, starting at 0.
"""

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np

from recipes.shelf.label_text import photo_below, pixel_numbers, read_lines
from recipes.shelf.photo_crops import TESTING, TRAINING, LabelledPhoto, boxed, cut_photos
from zoo.data.crops import Crops, Row
from zoo.errors import LabelError
from zoo.picture import Picture

__all__ = ["DATASET", "parse_line"]

_POINTS = 98
_COORDINATES = 2 * _POINTS
_EXTRAS = (
    *("rect_xmin", "rect_ymin", "rect_xmax", "rect_ymax"),
    *("attr_pose", "attr_expression", "attr_illumination"),
    *("attr_makeup", "attr_occlusion", "attr_blur"),
)
_SUBSETS = ("largepose", "expression", "illumination", "makeup", "occlusion", "blur")
_LISTS = MappingProxyType(
    {
        **{
            split: f"list_98pt_rect_attr_train_test/list_98pt_rect_attr_{split}.txt"
            for split in ("train", "test")
        },
        **{name: f"list_98pt_test/list_98pt_test_{name}.txt" for name in _SUBSETS},
    }
)


class OriginalWflw:
    """Training, test, and the six subsets of the test."""

    name = "wflw"
    summary = "the original WFLW: WFLW_annotations and WFLW_images"
    splits = tuple(_LISTS)

    def recognises(self, folder: Path) -> bool:
        """Return whether the folder of lists exists."""
        return (folder / "WFLW_annotations").is_dir()

    def points(self, folder: Path) -> int:  # noqa: ARG002 (the same for all)
        """Return 98."""
        return _POINTS

    def read(self, folder: Path, split: str) -> Crops:
        """Return the faces of a split; raises DataError naming the file, and line, at fault."""
        return cut_photos(_labels(folder, split), TRAINING if split == "train" else TESTING)

    def pictures(self, folder: Path, split: str) -> list[Picture]:
        """Return the photos and the boxes of their faces; raises DataError like `read`."""
        return boxed(_labels(folder, split))


DATASET = OriginalWflw()


def parse_line(line: str, where: str, photos: Path, split: str) -> LabelledPhoto:
    """Return one face of a list; raises DataError naming `where` and the fault."""
    words = line.split()
    if len(words) not in (_COORDINATES + 1, _COORDINATES + len(_EXTRAS) + 1):
        raise LabelError(
            f"{where}: has {len(words)} words; WFLW has {_COORDINATES} coordinates, then "
            f"{len(_EXTRAS)} numbers of rectangle and attributes or none, then the photo's name"
        )
    coordinates = pixel_numbers(words[:_COORDINATES], _COORDINATES, where)
    landmarks = np.array(coordinates, np.float64).reshape(_POINTS, 2)
    return LabelledPhoto(
        photo_below(photos, words[-1], where), landmarks, _row(words, split), where
    )


def _labels(root: Path, split: str) -> list[LabelledPhoto]:
    path = root / "WFLW_annotations" / _LISTS[split]
    faces = [
        parse_line(line, f"{path}:{number}", root / "WFLW_images", split)
        for number, line in enumerate(read_lines(path), 1)
        if line.strip()
    ]
    if not faces:
        raise LabelError(f"{path}: no faces; expected one line for each")
    return faces


def _row(words: Sequence[str], split: str) -> Row:
    """Return the columns; the attributes are 0 or 1."""
    name = words[-1]
    extras = dict(zip(_EXTRAS, words[_COORDINATES:-1], strict=False))
    return {"file": name, "subset": f"wflw_{split}", "source_image": name, **extras}
