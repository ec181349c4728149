"""Boxes: the photo is unchanged, the face box is inexact, like a detector's."""

import math
from dataclasses import replace
from functools import partial

import numpy as np

from recipes.shelf.robustness.face import Condition, Face

__all__ = ["CONDITIONS", "scale_box", "shift_box"]

_SHIFTS_PERCENT = (5, 10, 15)
_SCALES = (0.8, 0.9, 1.1, 1.25)


def shift_box(face: Face, generator: np.random.Generator, percent: float) -> Face:
    """Return the face with its box moved in a random direction by percent of its longer side."""
    angle = generator.uniform(0, 2 * math.pi)
    x, y, width, height = face.box
    distance = max(width, height) * percent / 100
    moved = x + distance * math.cos(angle), y + distance * math.sin(angle), width, height
    return replace(face, box=moved)


def scale_box(face: Face, _: np.random.Generator, scale: float) -> Face:
    """Return the face with its box scaled about the centre."""
    x, y, width, height = face.box
    corner = x + width * (1 - scale) / 2, y + height * (1 - scale) / 2
    return replace(face, box=(*corner, width * scale, height * scale))


CONDITIONS = (
    *(
        Condition("box, shifted", f"{percent} %", partial(shift_box, percent=percent))
        for percent in _SHIFTS_PERCENT
    ),
    *(
        Condition("box, scaled", f"x {scale:g}", partial(scale_box, scale=scale))
        for scale in _SCALES
    ),
)
