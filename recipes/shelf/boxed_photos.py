"""Whole photos with the boxes of all their faces, from a detection data set."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zoo.data.labelled_data import LabelledData
from zoo.errors import DataError
from zoo.picture import Picture

__all__ = ["BoxedPhoto", "boxed_photo", "photos_of", "whole_pictures"]

Labels = Sequence[tuple[tuple[float, float, float, float], bool]]
"""For each face: x, y, width, height in pixels, and whether the label is valid."""


@dataclass(frozen=True)
class BoxedPhoto:
    """A photo, unread, and its faces.

    boxes: [F, 4] x0 y0 x1 y1 in pixels from edge to edge.  valid: [F] bool, false for ignored
    faces.
    """

    path: Path
    boxes: NDArray[np.float64]
    valid: NDArray[np.bool_]


def boxed_photo(path: Path, labels: Labels) -> BoxedPhoto:
    """Return a photo with its faces; boxes without area are invalid."""
    boxes = np.array([box for box, _ in labels], np.float64).reshape(-1, 4)
    valid = np.array([trusted for _, trusted in labels], np.bool_) & (boxes[:, 2:] > 0).all(axis=1)
    boxes[:, 2:] += boxes[:, :2]
    return BoxedPhoto(path, boxes, valid)


def photos_of(found: LabelledData) -> Sequence[BoxedPhoto]:
    """Return the photos of a data set; raises DataError if it has no boxes or no photos."""
    photos = found.read()
    if not isinstance(photos, tuple) or not all(isinstance(p, BoxedPhoto) for p in photos):
        raise DataError(
            f"{found.folder}: data set '{found.dataset.name}' holds no whole photos with boxes of "
            "faces; give one that does, such as WIDER FACE"
        )
    if not photos:
        raise DataError(f"{found.folder}: has no photo; at least one is needed")
    return photos


def whole_pictures(photos: Sequence[BoxedPhoto]) -> list[Picture]:
    """Return the photos for calibration, whole as a detector sees them."""
    return [Picture(photo.path) for photo in photos]
