"""Rotation: photo and labels are rotated about the centre of the face.

The box is that of the rotated labels, as a detector would find the face. Edge pixels are repeated
beyond the photo, as in the contract's crop.
"""

import math
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recipes.shelf.robustness.face import Condition, Face
from zoo.data.regions import landmark_box

__all__ = ["CONDITIONS", "rotate"]

_DEGREES = (-30, -20, -10, 10, 20, 30)


def rotate(face: Face, _: np.random.Generator, degrees: float) -> Face:
    """Return the face rotated clockwise, in a photo padded by a quarter of its size."""
    margin = max(face.image_hwc.shape[:2]) // 4
    padded = np.pad(face.image_hwc, ((margin, margin), (margin, margin), (0, 0)), mode="edge")
    x, y, box_width, box_height = face.box
    centre = np.array([x + box_width / 2, y + box_height / 2]) + margin
    turn = _turn(degrees)
    landmarks = (face.landmarks + 0.5 + margin - centre) @ turn.T + centre - 0.5
    return Face(
        _sample(padded, turn.T, centre - turn.T @ centre), landmarks, landmark_box(landmarks)
    )


def _sample(
    image_hwc: NDArray[np.uint8], matrix: NDArray[np.float64], offset: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """Return the image with position matrix p + offset at each p, bilinear.

    Channels are sampled as floats, because Pillow truncates 8-bit pixels.
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
    """Return the [2, 2] matrix that rotates (x, y) clockwise, with y downwards."""
    angle = math.radians(degrees)
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


CONDITIONS = tuple(
    Condition("rotation", f"{degrees:+} deg", partial(rotate, degrees=degrees))
    for degrees in _DEGREES
)
