"""Crops of photos that show a face, or none.

A crop is a square of 200 of 1,024 pixels of the photo's longer side: 200x200 pixels of WIDER FACE's
originals. It shows a face if a labelled face is wholly inside and its longer side is between a
quarter and nine tenths of the crop's. It shows none if it overlaps no face at all. All others are
ambiguous and are never drawn.
"""

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

from recipes.facedet.samples import LabelledImage
from zoo.errors import DataError

__all__ = ["balanced_crops", "draw_crop"]

_PART = 200 / 1024
_SMALLEST, _LARGEST = 0.25, 0.9
_TRIES = 50

Square = tuple[float, float, float]
"""Left, top and side in pixels of the photo."""


def draw_crop(
    photos: Sequence[LabelledImage], has_face: bool, random: Generator, scaled: float = 1.0
) -> Image.Image:
    """Return a random crop of a random photo, in the photo's pixels.

    scaled: the side is multiplied by up to this, or divided by it.
    Raises DataError if the photos have none.
    """
    for index in random.permutation(len(photos)):
        photo = photos[int(index)]
        part = _PART * np.exp(random.uniform(-1, 1) * np.log(scaled))
        side = min(part * max(photo.image.size), *photo.image.size)
        draw = _around_a_face if has_face else _beside_all_faces
        square = draw(photo, side, random)
        if square is not None:
            x0, y0 = (round(start) for start in square[:2])
            whole = max(round(square[2]), 1)
            return photo.image.crop((x0, y0, x0 + whole, y0 + whole))
    kind = "a face of a size to learn from" if has_face else "a place without faces"
    raise DataError(f"none of the {len(photos)} photos has {kind}; give more photos")


def balanced_crops(
    photos: Sequence[LabelledImage], count: int, seed: int
) -> list[tuple[NDArray[np.uint8], int]]:
    """Return `count` crops [H, W, 3] with their class, half of them faces; the same for a seed."""
    random = np.random.default_rng(seed)
    kinds = [index % 2 for index in range(count)]
    return [(np.asarray(draw_crop(photos, bool(kind), random)), kind) for kind in kinds]


def _around_a_face(photo: LabelledImage, side: float, random: Generator) -> Square | None:
    """Return a square with a whole face of fitting size, anywhere in it; None without one."""
    longer = (photo.boxes[:, 2:] - photo.boxes[:, :2]).max(axis=1, initial=0)
    fitting = photo.valid & (longer >= _SMALLEST * side) & (longer <= _LARGEST * side)
    inside = (photo.boxes[:, :2] >= 0).all(axis=1) & (
        photo.boxes[:, 2:] <= np.array(photo.image.size)
    ).all(axis=1)
    usable = np.flatnonzero(fitting & inside)
    if not len(usable):
        return None
    box = photo.boxes[random.choice(usable)]
    low = np.maximum(box[2:] - side, 0)
    high = np.minimum(box[:2], np.array(photo.image.size) - side)
    x0, y0 = random.uniform(low, np.maximum(high, low))
    return float(x0), float(y0), side


def _beside_all_faces(photo: LabelledImage, side: float, random: Generator) -> Square | None:
    """Return a square that overlaps no labelled face, valid or not; None if none is found."""
    room = np.array(photo.image.size) - side
    for _ in range(_TRIES):
        start = random.uniform(0, room)
        overlaps = (photo.boxes[:, :2] < start + side) & (photo.boxes[:, 2:] > start)
        if not overlaps.all(axis=1).any():
            return float(start[0]), float(start[1]), side
    return None
