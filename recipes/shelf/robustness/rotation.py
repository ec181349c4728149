"""Rotation: the photo is turned about the middle of the face, and its labels with it.

The box is that of the turned labels, as a detector would find the face. What comes into view from
outside the photo is its nearest edge pixel, as where the contract's crop leaves a photo.
"""

import math
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recipes.shelf.face_box import tight_box
from recipes.shelf.robustness.face import Condition, Face

__all__ = ["CONDITIONS", "rotate"]

_DEGREES = (-30, -20, -10, 10, 20, 30)


def rotate(face: Face, _: np.random.Generator, degrees: float) -> Face:
    """Return the face turned clockwise, in a photo with a quarter of its size added all around."""
    margin = max(face.image_hwc.shape[:2]) // 4
    padded = np.pad(face.image_hwc, ((margin, margin), (margin, margin), (0, 0)), mode="edge")
    x, y, box_width, box_height = face.box
    centre = np.array([x + box_width / 2, y + box_height / 2]) + margin
    turn = _turn(degrees)
    landmarks = (face.landmarks + 0.5 + margin - centre) @ turn.T + centre - 0.5
    return Face(_sample(padded, turn.T, centre - turn.T @ centre), landmarks, tight_box(landmarks))


def _sample(
    image_hwc: NDArray[np.uint8], matrix: NDArray[np.float64], offset: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """Return the image whose place p shows place matrix p + offset, bilinear.

    Channels are sampled as floats: of 8-bit pixels Pillow cuts the fraction off.
    """
    height, width = image_hwc.shape[:2]
    coefficients = np.column_stack([matrix, offset]).ravel().tolist()
    channels = [
        Image.fromarray(channel).transform(
            (width, height), Image.Transform.AFFINE, coefficients, Image.Resampling.BILINEAR
        )
        for channel in image_hwc.transpose(2, 0, 1).astype(np.float32)
    ]
    sampled = np.stack([np.asarray(channel) for channel in channels], axis=2)
    return np.asarray(np.rint(sampled), np.uint8)


def _turn(degrees: float) -> NDArray[np.float64]:
    """Return the [2, 2] matrix that turns (x, y) clockwise, y being downwards."""
    angle = math.radians(degrees)
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


CONDITIONS = tuple(
    Condition("rotation", f"{degrees:+} deg", partial(rotate, degrees=degrees))
    for degrees in _DEGREES
)
