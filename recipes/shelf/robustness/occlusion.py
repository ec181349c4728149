"""Synthetic occlusion: a shape of one colour covers part of the face.

The shape is a rectangle, an ellipse or a triangle anywhere in the face box. A face gets the same
kind, colour, proportions and direction in all conditions; only the area grows.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from recipes.shelf.robustness.face import Condition, Face
from zoo.step import Box

__all__ = ["CONDITIONS", "occlude"]

_PERCENTS = (10, 20, 30, 40)


@dataclass(frozen=True)
class _Shape:
    """A shape in a unit square with edges 0 and 1; filled: the fraction it covers."""

    name: str
    filled: float

    def holds(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which points are inside. x, y: broadcast against each other."""
        inside = (x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)
        if self.name == "ellipse":
            inside &= (2 * x - 1) ** 2 + (2 * y - 1) ** 2 <= 1
        if self.name == "triangle":
            inside &= np.abs(2 * x - 1) <= y
        return inside


_SHAPES = (_Shape("rectangle", 1.0), _Shape("ellipse", np.pi / 4), _Shape("triangle", 0.5))


def occlude(face: Face, generator: np.random.Generator, percent: float) -> Face:
    """Return the face with a shape over `percent` of its box."""
    shape = _SHAPES[generator.integers(len(_SHAPES))]
    colour = generator.integers(0, 256, 3, dtype=np.uint8)
    aspect, across, down = generator.uniform((0.5, 0, 0), (2, 1, 1))
    area = percent / 100 / shape.filled
    width = float(np.clip(np.sqrt(area * aspect), area, 1))
    bounds = _within(face.box, width, area / width, across, down)
    image = face.image_hwc.copy()
    image[_mask(image.shape[:2], shape, bounds)] = colour
    return replace(face, image_hwc=image)


def _within(box: Box, width: float, height: float, across: float, down: float) -> Box:
    """Return a part of a box. width, height: of it, 0..1; across, down: its position, 0..1."""
    x, y, whole_width, whole_height = box
    return (
        x + across * (1 - width) * whole_width,
        y + down * (1 - height) * whole_height,
        width * whole_width,
        height * whole_height,
    )


def _mask(size: tuple[int, ...], shape: _Shape, bounds: Box) -> NDArray[np.bool_]:
    """Return which pixels have their centre in the shape, [H, W]."""
    x, y, width, height = bounds
    rows, columns = np.ogrid[: size[0], : size[1]]
    return shape.holds((columns + 0.5 - x) / width, (rows + 0.5 - y) / height)


CONDITIONS = tuple(
    Condition("occlusion", f"{percent} %", partial(occlude, percent=percent))
    for percent in _PERCENTS
)
