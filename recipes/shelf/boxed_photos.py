"""Whole photos with the boxes of all their faces: what a data set of detections gives."""

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
"""Of each face: x, y, width, height in pixels, and whether the label is to be trusted."""


@dataclass(frozen=True)
class BoxedPhoto:
    """A photo, unread, and its faces.

    boxes: [F, 4] x0 y0 x1 y1 in pixels from edge to edge.  valid: [F] bool, false for faces that
    are neither to be found nor wrong to find.
    """

    path: Path
    boxes: NDArray[np.float64]
    valid: NDArray[np.bool_]


def boxed_photo(path: Path, labels: Labels) -> BoxedPhoto:
    """Return a photo with its faces; one whose box has no area is not valid."""
    boxes = np.array([box for box, _ in labels], np.float64).reshape(-1, 4)
    valid = np.array([trusted for _, trusted in labels], np.bool_) & (boxes[:, 2:] > 0).all(axis=1)
    boxes[:, 2:] += boxes[:, :2]
    return BoxedPhoto(path, boxes, valid)


def photos_of(found: LabelledData) -> Sequence[BoxedPhoto]:
    """Return the photos of a data set; raises DataError where it has no boxes, or no photo."""
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
    """Return the photos for calibration: a detector sees all of each."""
    return [Picture(photo.path) for photo in photos]
