"""Resolution: the photo has fewer pixels, and the contract's resize enlarges what is left.

Each pixel of the smaller photo averages those it replaces, like a camera with lower resolution.
Labels and box are scaled too, so errors are still relative to the face.
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recipes.shelf.robustness.face import Condition, Face
from zoo.step import Box

__all__ = ["CONDITIONS", "reduce_resolution", "shrink"]

_FACTORS = (2, 4, 8, 16, 32, 64)


def reduce_resolution(face: Face, _: np.random.Generator, factor: int) -> Face:
    """Return the face in a photo with 1 / factor of the pixels along each side."""
    small = shrink(face.image_hwc, factor)
    scale = np.array(small.shape[1::-1]) / face.image_hwc.shape[1::-1]
    landmarks = (face.landmarks + 0.5) * scale - 0.5
    return Face(small, landmarks, _scaled(face.box, *scale.tolist()))


def shrink(image_hwc: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Return an image with max(1, round(side / factor)) pixels per side, averaging areas."""
    height, width = (max(1, round(side / factor)) for side in image_hwc.shape[:2])
    image = Image.fromarray(image_hwc)
    return np.asarray(image.resize((width, height), Image.Resampling.BOX))


def _scaled(box: Box, across: float, down: float) -> Box:
    """Return the scaled box, with sides of at least one pixel, which contracts require."""
    x, width = _at_least_one(box[0] * across, box[2] * across)
    y, height = _at_least_one(box[1] * down, box[3] * down)
    return x, y, width, height


def _at_least_one(start: float, length: float) -> tuple[float, float]:
    grown = max(length, 1.0)
    return start - (grown - length) / 2, grown


CONDITIONS = tuple(
    Condition("resolution", f"1/{factor}", partial(reduce_resolution, factor=factor))
    for factor in _FACTORS
)
