"""300w: the original 300-W, photos with a `.pts` file of 68 landmarks beside each.

Sagonas et al. 2013, "300 Faces in-the-Wild Challenge". Coordinates in `.pts` files follow Matlab:
the centre of the photo's first pixel is (1, 1).
"""

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from recipes.shelf.label_text import pixel_numbers, read_lines
from recipes.shelf.photo_crops import TESTING, TRAINING, LabelledPhoto, boxed, cut_photos
from zoo.data.crops import Crops
from zoo.errors import LabelError
from zoo.picture import Picture
from zoo.reporting import report

__all__ = ["DATASET", "parse_pts"]

_POINTS = 68
_PHOTOS = (".jpg", ".jpeg", ".png")
_COMMON = ("helen/testset", "lfpw/testset")
_FOLDERS = MappingProxyType(
    {
        "train": ("afw", "helen/trainset", "lfpw/trainset"),
        "test": (*_COMMON, "ibug"),
        "common": _COMMON,
        "challenging": ("ibug",),
        "full": (*_COMMON, "ibug"),
    }
)
_COMPLETE = MappingProxyType(
    {"train": 3148, "test": 689, "common": 554, "challenging": 135, "full": 689}
)


class Original300W:
    """Five splits by sub-folder; 'test' is 'full'."""

    name = "300w"
    summary = "the original 300-W: photos of afw, helen, lfpw and ibug, a .pts file beside each"
    splits = tuple(_FOLDERS)

    def recognises(self, folder: Path) -> bool:
        """Return whether a sub-folder of any split exists."""
        return any((folder / name).is_dir() for names in _FOLDERS.values() for name in names)

    def points(self, folder: Path) -> int:  # noqa: ARG002 (the same for all)
        """Return 68."""
        return _POINTS

    def read(self, folder: Path, split: str) -> Crops:
        """Return the faces of a split; raises DataError naming the file, and line, at fault."""
        return cut_photos(_labels(folder, split), TRAINING if split == "train" else TESTING)

    def pictures(self, folder: Path, split: str) -> list[Picture]:
        """Return the photos and the boxes of their faces; raises DataError like `read`."""
        return boxed(_labels(folder, split))


DATASET = Original300W()


def parse_pts(lines: list[str], where: str) -> NDArray[np.float64]:
    """Return [68, 2] coordinates as written; raises DataError naming line and fault.

    A file is `version: 1`, `n_points: 68`, `{`, a line `x y` for each point, and `}`.
    """
    found = [(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]
    texts = [line for _, line in found]
    if "{" not in texts or texts[-1] != "}":
        raise LabelError(
            f"{where}: its points do not stand between lines '{{' and '}}'; the file is truncated "
            "or not a .pts file"
        )
    points = found[texts.index("{") + 1 : -1]
    stated = [line.partition(":")[2].strip() for line in texts if line.startswith("n_points")]
    if len(points) != _POINTS or stated != [str(_POINTS)]:
        raise LabelError(
            f"{where}: n_points is {stated[0] if stated else 'missing'!r} and {len(points)} points "
            f"follow; 300-W has {_POINTS}"
        )
    pairs = [pixel_numbers(line.split(), 2, f"{where}:{number}") for number, line in points]
    return np.array(pairs, np.float64)


def _labels(root: Path, split: str) -> list[LabelledPhoto]:
    faces = [face for name in _FOLDERS[split] for face in _faces(root, name)]
    if len(faces) != _COMPLETE[split]:
        report(f"{root}: {len(faces)} faces; the whole of '{split}' has {_COMPLETE[split]}")
    return faces


def _faces(root: Path, name: str) -> Iterator[LabelledPhoto]:
    """Yield the faces of one sub-folder, sorted by name."""
    folder = root / name
    if not folder.is_dir():
        raise LabelError(f"{folder}: no such folder; 300-W keeps photos and .pts files there")
    # macOS adds a hidden file `._NAME` to each.
    listed = [path for path in folder.iterdir() if not path.name.startswith(".")]
    photos = {path.stem: path for path in listed if path.suffix.lower() in _PHOTOS}
    labels = {path.stem: path for path in listed if path.suffix.lower() == ".pts"}
    if not labels:
        raise LabelError(f"{folder}: holds no .pts file; 300-W has one beside each photo")
    for stem in sorted(photos.keys() | labels.keys()):
        if stem not in labels:
            raise LabelError(f"{photos[stem]}: has no landmarks; {stem}.pts is missing beside it")
        if stem not in photos:
            raise LabelError(
                f"{labels[stem]}: has no photo; {stem}.jpg or {stem}.png is missing beside it"
            )
        yield _face(root, photos[stem], labels[stem])


def _face(root: Path, photo: Path, label: Path) -> LabelledPhoto:
    source = photo.relative_to(root).as_posix()
    row = {"file": source, "subset": source.partition("/")[0], "source_image": source}
    landmarks = parse_pts(read_lines(label), str(label)) - 1
    return LabelledPhoto(photo, landmarks, row, str(label))
