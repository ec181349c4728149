"""wider: the original WIDER FACE, lists of boxes and the photos they name.

Yang et al. 2016, "WIDER FACE: A Face Detection Benchmark". In a list the name of a photo is
followed by the number of its faces and a line for each: x, y, width and height in pixels, blur,
expression, illumination, invalid, occlusion, pose. A photo without faces has one line of zeros.
"""

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

from recipes.shelf.boxed_photos import BoxedPhoto, boxed_photo, whole_pictures
from recipes.shelf.label_text import faces_of_photos, photo_below, pixel_numbers
from zoo.picture import Picture

__all__ = ["DATASET", "parse_list"]

_LISTS = "wider_face_split"
_SPLITS = MappingProxyType({"train": "train", "val": "val", "test": "val"})
_NUMBERS = 10
_INVALID = 3
"""Index among the flags that follow the box."""


class OriginalWider:
    """Training and validation; 'test' is 'val', since the test labels are not public."""

    name = "wider"
    summary = "the original WIDER FACE: wider_face_split, WIDER_train and WIDER_val"
    splits = tuple(_SPLITS)

    def recognises(self, folder: Path) -> bool:
        """Return whether the folder of lists exists."""
        return (folder / _LISTS).is_dir()

    def points(self, folder: Path) -> int:  # noqa: ARG002 (the same for all)
        """Return 0: faces have boxes."""
        return 0

    def read(self, folder: Path, split: str) -> tuple[BoxedPhoto, ...]:
        """Return the photos of a split; raises DataError naming the file and line at fault."""
        part = _SPLITS[split]
        labels = folder / _LISTS / f"wider_face_{part}_bbx_gt.txt"
        return tuple(parse_list(labels, folder / f"WIDER_{part}" / "images"))

    def pictures(self, folder: Path, split: str) -> list[Picture]:
        """Return the photos; raises DataError like `read`."""
        return whole_pictures(self.read(folder, split))


DATASET = OriginalWider()


def parse_list(labels: Path, photos: Path) -> Iterator[BoxedPhoto]:
    """Yield the photos of a list; raises DataError naming the file and line at fault."""
    for photo in faces_of_photos(labels, lines_without_faces=1):
        rows = [pixel_numbers(face.split(), _NUMBERS, photo.where) for face in photo.faces]
        faces = [((x, y, w, h), flags[_INVALID] == 0) for x, y, w, h, *flags in rows]
        yield boxed_photo(photo_below(photos, photo.name, photo.where), faces)
