"""fddb: the original FDDB, lists of ellipses in ten folds and the photos they name.

Jain and Learned-Miller 2010, "FDDB: A Benchmark for Face Detection in Unconstrained Settings". An
ellipse becomes a square of 1.3 times its width, centred 0.26 widths below it; the width is the
minor axis, since faces are nearly upright.
"""

from collections.abc import Iterator
from pathlib import Path

from recipes.shelf.boxed_photos import BoxedPhoto, boxed_photo, whole_pictures
from recipes.shelf.label_text import faces_of_photos, photo_below, pixel_numbers
from zoo.errors import LabelError
from zoo.picture import Picture

__all__ = ["DATASET", "box_of_ellipse", "parse_fold"]

_FOLDS = "FDDB-folds"
_SIDE, _DOWN = 1.3, 0.26
_NUMBERS = 6


class OriginalFddb:
    """All ten folds together, as usual for detectors trained on other data."""

    name = "fddb"
    summary = "the original FDDB: FDDB-folds and originalPics"
    splits: tuple[str, ...] = ()

    def recognises(self, folder: Path) -> bool:
        """Return whether the folder of lists exists."""
        return (folder / _FOLDS).is_dir()

    def points(self, folder: Path) -> int:  # noqa: ARG002 (the same for all)
        """Return 0: faces have boxes."""
        return 0

    def read(self, folder: Path, split: str) -> tuple[BoxedPhoto, ...]:  # noqa: ARG002 (none)
        """Return all photos; raises DataError naming the file and line at fault."""
        folds = sorted((folder / _FOLDS).glob("FDDB-fold-*-ellipseList.txt"))
        if not folds:
            raise LabelError(f"{folder / _FOLDS}: holds no FDDB-fold-*-ellipseList.txt")
        return tuple(photo for fold in folds for photo in parse_fold(fold, folder / "originalPics"))

    def pictures(self, folder: Path, split: str) -> list[Picture]:
        """Return the photos; raises DataError like `read`."""
        return whole_pictures(self.read(folder, split))


DATASET = OriginalFddb()


def parse_fold(labels: Path, photos: Path) -> Iterator[BoxedPhoto]:
    """Yield the photos of a fold; raises DataError naming the file and line at fault.

    A line names a photo without its suffix, the next has the number of faces, then each face has
    one: major and minor radius, angle, x and y of the centre, and 1.
    """
    for photo in faces_of_photos(labels):
        rows = [pixel_numbers(face.split(), _NUMBERS, photo.where) for face in photo.faces]
        boxes = [box_of_ellipse(2 * minor, x, y) for _, minor, _, x, y, _ in rows]
        path = photo_below(photos, f"{photo.name}.jpg", photo.where)
        yield boxed_photo(path, [(box, True) for box in boxes])


def box_of_ellipse(width: float, x: float, y: float) -> tuple[float, float, float, float]:
    """Return x, y, width and height of the square of an ellipse around (x, y)."""
    side = _SIDE * width
    return x - side / 2, y + _DOWN * width - side / 2, side, side
