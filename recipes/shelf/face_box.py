"""The box of a face with landmarks but no box."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.step import Box

__all__ = ["tight_box"]


def tight_box(landmarks: NDArray[np.floating[Any]]) -> Box:
    """Return (x, y, width, height) around [K, 2] landmarks, pixel i covering [i, i + 1)."""
    low, high = landmarks.min(axis=0), landmarks.max(axis=0)
    x, y = (low + 0.5).tolist()
    width, height = (high - low).tolist()
    return x, y, width, height
