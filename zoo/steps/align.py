"""align: turn, scale and move the photo so that points lie where a network wants them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from zoo.parameters import check_choice, is_numbers, refuse
from zoo.step import Frame, Place, PreStep, TurnedRegion, is_turned_region
from zoo.steps.crop import check_scale, rectangle_around
from zoo.steps.sampling import check_size, resize
from zoo.steps.turned_sampling import resample

__all__ = ["STEP", "aligned_region"]

_INTERPOLATIONS = ("bilinear", "antialiased")
_LARGEST_PX = 1 << 16
_LEAST = 1 / 65536
"""The square of 1/256: of the spread in pixels, and of the correlation, that points must have."""


class Align(PreStep):
    """Resample the part of the photo in which an object's points come closest to given ones.

    The points, such as eyes, nose and corners of the mouth, come from the detector of a chain, or
    are the landmarks that an earlier look found. Without them, or with another number of them, or
    where no part of the photo fits them, the part is upright: that of step 'crop' with `scale` and
    the input's aspect. In a picture that is aligned already, it is the whole picture.

    points: where they shall lie, [x, y] in pixels of the network's input, centres at integers; at
    least 1/256 pixel from their mean, as a root mean square.
    size: [height, width] of the network's input.
    scale: without points, as that of step 'crop'.
    interpolation: 'bilinear', as OpenCV's warpAffine; 'antialiased' as that of step 'resize'.
    """

    name = "align"
    parameters = MappingProxyType(
        {"points": None, "size": None, "scale": 1.0, "interpolation": "bilinear"}
    )
    chooses = True
    resamples = True
    cpp_header = Path(__file__).with_suffix(".hpp")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for impossible ones."""
        complete = super().complete(given)
        if not _are_places(complete["points"]):
            expected = (
                "two or more different points [x, y], in pixels of the network's input, at least "
                "1/256 pixel from their mean"
            )
            refuse(self.name, complete, "points", expected)
        check_size(self.name, complete["size"])
        check_scale(self.name, complete)
        check_choice(self.name, complete, "interpolation", _INTERPOLATIONS)
        return complete

    def usual_points(self, parameters: Mapping[str, Any]) -> tuple[Place, ...]:
        """Return where the points lie in a picture that is aligned already."""
        return tuple((float(x), float(y)) for x, y in parameters["points"])

    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:
        """Return the frame with its part of the photo; raises DataError for a box without area."""
        (height, width), interpolation = parameters["size"], parameters["interpolation"]
        wanted = self.usual_points(parameters)
        turned = aligned_region(frame.points, wanted, height, width)
        if turned is not None:
            image = resample(frame.image_hwc, turned, height, width, interpolation)
            return replace(frame, image_hwc=image, turned_region=turned)
        region = rectangle_around(frame.box, parameters["scale"], height, width)
        image = resize(frame.image_hwc, region, height, width, interpolation)
        return replace(frame, image_hwc=image, region=region)


def aligned_region(
    points: Sequence[Place], wanted: Sequence[Place], height: int, width: int
) -> TurnedRegion | None:
    """Return the part of the photo that a network of this size shall see, None if there is none.

    points: in the photo.  wanted: in the network's input. Both in pixels, centres at integers.

    The photo is mapped by the similarity that brings the points closest to the wanted ones, by
    least squares there (Umeyama 1991, "Least-squares estimation of transformation parameters
    between two point patterns", in the plane). With p and q, both as distances from their means:

        a = sum(p q) / sum(p p)      b = sum(p x q) / sum(p p)      q = (a, -b; b, a) p

    The region is the way back. None fits where the p are at one place, or the q unrelated to them
    (mirrored, for example), as then noise alone would choose it. With n points, it needs

        sum(p p) >= n / 256²         sum(p q)² + sum(p x q)² >= sum(p p) sum(q q) / 256²

    All is float64, sums in the order of the points, so that every form gives the same bits; only
    the result is rounded, to 1/256 pixel.
    """
    if len(points) != len(wanted):
        return None
    (px, py), (qx, qy) = _mean(points), _mean(wanted)
    size = span = along = across = 0.0
    for (x, y), (u, v) in zip(points, wanted, strict=True):
        dx, dy, du, dv = x - px, y - py, u - qx, v - qy
        size += dx * dx + dy * dy
        span += du * du + dv * dv
        along += dx * du + dy * dv
        across += dx * dv - dy * du
    norm = along * along + across * across
    if not (size >= len(points) * _LEAST and norm > 0 and norm >= size * span * _LEAST):
        return None
    a, b = along * size / norm, -(across * size / norm)
    left, top = qx + 0.5, qy + 0.5
    place = (
        px + 0.5 - (a * left - b * top),
        py + 0.5 - (b * left + a * top),
        *(a * width, b * width),
        *(-(b * height), a * height),
    )
    if not is_turned_region(place):
        return None
    return TurnedRegion(*(math.floor(value * 256 + 0.5) for value in place))


def _mean(points: Sequence[Place]) -> Place:
    x = y = 0.0
    for point in points:
        x += point[0]
        y += point[1]
    return x / len(points), y / len(points)


def _are_places(points: object) -> bool:
    """Whether these are places that differ enough, so that a similarity follows from them."""
    if not isinstance(points, list | tuple):
        return False
    pairs = [p for p in points if isinstance(p, list | tuple) and len(p) == 2 and is_numbers(p)]
    near = [(float(x), float(y)) for x, y in pairs if max(abs(x), abs(y)) < _LARGEST_PX]
    if not near or len(near) != len(points):
        return False
    qx, qy = _mean(near)
    return sum((x - qx) ** 2 + (y - qy) ** 2 for x, y in near) >= len(near) * _LEAST


STEP = Align()
