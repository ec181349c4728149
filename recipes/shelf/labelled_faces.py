"""Faces with labels of one or several layouts, merged from data sets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recipes.shelf.crops import Crops, Row
from zoo.errors import DataError

__all__ = ["LabelledFaces", "join"]


@dataclass(frozen=True)
class LabelledFaces:
    """Faces, and the landmarks of each layout by number of points.

    images: [N, S, S, 3] uint8 RGB.  landmarks: [N, K, 2] float32 fractions of the image for each
    layout of K points, nan where a face lacks them.  rows: columns of each face, as text.
    """

    images: NDArray[np.uint8]
    landmarks: Mapping[int, NDArray[np.float32]]
    rows: tuple[Row, ...]

    def has(self, points: int) -> NDArray[np.bool_]:
        """Return which faces have labels of this layout, [N]."""
        return np.asarray(~np.isnan(self.landmarks[points]).any(axis=(1, 2)))

    def take(self, indices: Sequence[int]) -> "LabelledFaces":
        """Return these faces only."""
        chosen = list(indices)
        landmarks = {points: values[chosen] for points, values in self.landmarks.items()}
        rows = tuple(self.rows[index] for index in chosen)
        return LabelledFaces(self.images[chosen], landmarks, rows)


def join(sets: Sequence[Crops]) -> LabelledFaces:
    """Return the faces of all sets; a picture in several sets is one face with all labels.

    Raises DataError if the sets' crops differ in size.
    """
    sizes = {crops.images.shape[1] for crops in sets}
    if len(sizes) > 1:
        raise DataError(
            f"crops of {sorted(sizes)} pixels cannot be trained on together; give data sets whose "
            "crops have one size"
        )
    places: dict[tuple[str, ...], int] = {}
    for crops in sets:
        for name in _names(crops):
            places.setdefault(name, len(places))
    images = np.zeros((len(places), *sets[0].images.shape[1:]), np.uint8)
    rows: list[dict[str, str]] = [{} for _ in places]
    counts = dict.fromkeys(crops.landmarks.shape[1] for crops in sets)
    landmarks = {k: np.full((len(places), k, 2), np.nan, np.float32) for k in counts}
    for crops in sets:
        at = [places[name] for name in _names(crops)]
        images[at] = crops.images
        landmarks[crops.landmarks.shape[1]][at] = crops.normalised
        for index, row in zip(at, crops.rows, strict=True):
            rows[index] = {**row, **rows[index]}
    return LabelledFaces(images, landmarks, tuple(rows))


def _names(crops: Crops) -> list[tuple[str, ...]]:
    """Return the identity of crops: the file and the square, as a photo can have many faces."""
    square = ("crop_x0", "crop_y0", "crop_side")
    return [
        (str(path.resolve()), *(row.get(column, "") for column in square))
        for path, row in zip(crops.paths, crops.rows, strict=True)
    ]
