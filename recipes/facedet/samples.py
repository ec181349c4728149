"""Training crops: squares of photos around a random face at a random scale, or several as tiles.

Each crop only depends on the given random generator.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

__all__ = ["LabelledImage", "Placed", "crop", "mosaic", "random_crop", "square_of"]

_SMALLEST_PX = 8.0
"""Minimum side of shrunk faces, in crop pixels."""
_LARGEST_PART = 0.95
_MOST_ENLARGED, _MOST_SHRUNK = 2.2, 4.5
_AROUND_A_FACE = 0.75
"""Fraction of crops placed around a face."""
_LEARNED_FROM_PX = 5.0
_FILLS = (None, None, 0, 114, 128)
"""Beyond a photo: its edge pixels, as in the contract, or gray."""
_FILTERS = (Image.Resampling.BILINEAR,) * 8 + (Image.Resampling.BICUBIC, Image.Resampling.NEAREST)


@dataclass(frozen=True)
class LabelledImage:
    """A photo in memory, with boxes [F, 4] x0 y0 x1 y1 in pixels, and their validity [F].

    A photo without labels has no boxes.
    """

    image: Image.Image
    boxes: NDArray[np.float64]
    valid: NDArray[np.bool_]


class Placed(NamedTuple):
    """A crop [S, S, 3] uint8 RGB, with faces as in LabelledImage."""

    image: NDArray[np.uint8]
    boxes: NDArray[np.float64]
    valid: NDArray[np.bool_]


def crop(
    photos: Sequence[LabelledImage], size: int, mosaic_part: float, random: Generator
) -> Placed:
    """Return a crop of a random photo, possibly mirrored; faces too small to learn are invalid."""
    tiled = random.random() < mosaic_part
    placed = mosaic(photos, size, random) if tiled else random_crop(photos, size, random)
    image, boxes, valid = _mirrored(placed) if random.random() < 0.5 else placed
    seen = ((boxes[:, 2:] > 0) & (boxes[:, :2] < size)).all(axis=1)
    centre, sides = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    learned = ((centre > 0) & (centre < size) & (sides >= _LEARNED_FROM_PX)).all(axis=1)
    return Placed(np.ascontiguousarray(image), boxes[seen], (valid & learned)[seen])


def random_crop(photos: Sequence[LabelledImage], size: int, random: Generator) -> Placed:
    """Return a crop of a random photo."""
    photo = photos[int(random.integers(len(photos)))]
    usable = np.flatnonzero(photo.valid & (_longer_sides(photo.boxes) >= _SMALLEST_PX))
    if len(usable) and random.random() < _AROUND_A_FACE:
        square = _square_around(photo.boxes[random.choice(usable)], size, random)
    else:
        square = _square_anywhere(photo.image.size, size, random)
    return square_of(photo, square, size, random)


def mosaic(photos: Sequence[LabelledImage], size: int, random: Generator) -> Placed:
    """Return tiled crops with small faces, two to four in each direction."""
    count = int(random.choice([2, 2, 3, 4]))
    edges = np.linspace(0, size, count + 1).astype(int).tolist()
    image, boxes, valid = np.empty((size, size, 3), np.uint8), [], []
    for top, bottom in pairwise(edges):
        for left, right in pairwise(edges):
            tile = random_crop(photos, max(right - left, bottom - top), random)
            image[top:bottom, left:right] = tile.image[: bottom - top, : right - left]
            shown = np.clip(tile.boxes, 0, [right - left, bottom - top] * 2)
            part = _areas(shown) / np.maximum(_areas(tile.boxes), 1e-6)
            boxes.append((shown + [left, top] * 2)[part > 0])
            valid.append((tile.valid & (part > 0.5))[part > 0])
    return Placed(image, np.concatenate(boxes), np.concatenate(valid))


def square_of(
    photo: LabelledImage, square: tuple[float, float, float], size: int, random: Generator
) -> Placed:
    """Return a square (x0, y0, side) of a photo as size x size pixels; they must overlap."""
    x0, y0, side = square
    scale = side / size
    columns = _inside(x0, scale, photo.image.width, size)
    rows = _inside(y0, scale, photo.image.height, size)
    low = np.clip(
        [x0 + scale * columns[0], y0 + scale * rows[0]], 0, np.array(photo.image.size) - 1
    )
    high = np.clip([x0 + scale * columns[1], y0 + scale * rows[1]], low + 1, photo.image.size)
    kept = photo.image.resize(
        (columns[1] - columns[0], rows[1] - rows[0]),
        _FILTERS[random.integers(len(_FILTERS))],
        box=(low[0], low[1], high[0], high[1]),
        reducing_gap=2.0,
    )
    around = ((rows[0], size - rows[1]), (columns[0], size - columns[1]), (0, 0))
    fill = _FILLS[random.integers(len(_FILLS))]
    image = (
        np.pad(np.asarray(kept), around, mode="edge")
        if fill is None
        else np.pad(np.asarray(kept), around, constant_values=fill)
    )
    return Placed(image, (photo.boxes - [x0, y0] * 2) / scale, photo.valid)


def _square_around(
    box: NDArray[np.float64], size: int, random: Generator
) -> tuple[float, float, float]:
    """Return a square around a face, with a log-uniform side in the crop."""
    longer = float((box[2:] - box[:2]).max())
    low = max(_SMALLEST_PX, longer / _MOST_SHRUNK)
    high = max(min(size * _LARGEST_PART, longer * _MOST_ENLARGED), low * 1.2)
    side = size * longer / np.exp(random.uniform(np.log(low), np.log(high)))
    x0, y0 = (box[:2] + box[2:]) / 2 - side * random.uniform(0.1, 0.9, 2)
    return float(x0), float(y0), float(side)


def _square_anywhere(
    photo_size: tuple[int, int], size: int, random: Generator
) -> tuple[float, float, float]:
    smallest, largest = 0.6 * size, max(1.1 * max(photo_size), 0.7 * size)
    side = np.exp(random.uniform(np.log(smallest), np.log(largest)))
    x0, y0 = (random.uniform(min(0, n - side), max(0, n - side)) for n in photo_size)
    return float(x0), float(y0), float(side)


def _inside(start: float, scale: float, length: int, size: int) -> tuple[int, int]:
    """Return the first pixel of a crop that is in the photo, and the one after the last."""
    first = max(0, int(np.ceil(-start / scale)))
    last = min(size, int(np.floor((length - start) / scale)))
    first = min(first, size - 1)
    return first, max(last, first + 1)


def _mirrored(placed: Placed) -> Placed:
    size = placed.image.shape[1]
    x0, y0, x1, y1 = placed.boxes.T
    return Placed(placed.image[:, ::-1], np.stack([size - x1, y0, size - x0, y1], 1), placed.valid)


def _longer_sides(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    longer: NDArray[np.float64] = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0)
    return longer


def _areas(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    areas: NDArray[np.float64] = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(axis=1)
    return areas
