"""A face to change before cropping, and the conditions that change it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoo.step import Box

__all__ = ["Change", "Condition", "Face"]


@dataclass(frozen=True)
class Face:
    """A photo and its labelled face.

    image_hwc: [H, W, 3] uint8 RGB.  landmarks: [K, 2] float64 pixels, centres at integers.
    box: (x, y, width, height), pixel i covering [i, i + 1).
    """

    image_hwc: NDArray[np.uint8]
    landmarks: NDArray[np.float64]
    box: Box


Change = Callable[[Face, np.random.Generator], Face]


@dataclass(frozen=True)
class Condition:
    """A line of a test. change: of a face, with randomness from the generator."""

    test: str
    name: str
    change: Change
