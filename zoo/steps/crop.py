"""crop: choose a region around a box."""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from zoo.parameters import is_integers, is_number, refuse
from zoo.step import Box, Frame, PreStep, Region, box_region
from zoo.steps.sampling import round_divide

__all__ = ["STEP", "check_scale", "rectangle_around"]


class Crop(PreStep):
    """Set the region to a rectangle around the box's centre, by default a square.

    A box (x, y, width, height) is in pixels and pixel i covers [i, i + 1), so landmarks with
    pixel centres at integers span a box from min + 0.5 to max + 0.5.

    scale: side of the rectangle relative to that of the smallest one that contains the box.
    aspect: [height, width] of the rectangle, in any unit: the network's input size will do.
    """

    name = "crop"
    parameters = MappingProxyType({"scale": 1.2, "aspect": (1, 1)})
    chooses = True
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for a scale outside (0, 256]."""
        complete = super().complete(given)
        aspect = complete["aspect"]
        check_scale(self.name, complete)
        if not is_integers(aspect) or len(aspect) != 2 or not all(1 <= n <= 1024 for n in aspect):
            expected = "two integers [height, width] between 1 and 1024"
            refuse(self.name, complete, "aspect", expected)
        return complete

    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:
        """Return the frame with its region; raises DataError for a box without area."""
        region = rectangle_around(frame.box, parameters["scale"], *parameters["aspect"])
        return replace(frame, region=region)


def check_scale(step: str, parameters: Mapping[str, Any]) -> None:
    """Raise RecipeError unless a step's scale is a number in (0, 256]."""
    scale = parameters["scale"]
    if not is_number(scale) or not 0 < scale <= 256:
        refuse(step, parameters, "scale", "a number in (0, 256]")


def rectangle_around(
    box: Box, scale: float, aspect_height: int = 1, aspect_width: int = 1
) -> Region:
    """Return the rectangle of an aspect around a box's centre: the smallest one, times scale.

    Only box_region and the first line are float; there floor(v * 2**n + 0.5) is exact for all
    valid boxes. The rest is integer; // rounds towards minus infinity:

        factor = scale in 1/65536
        width  = (w * factor + 32768) // 65536
        height = (w * factor * aspect_height + 32768 * aspect_width) // (65536 * aspect_width)
        x0     = (2 x + w - width) // 2;      y0 alike

    if w * aspect_height >= h * aspect_width; else the same with the axes swapped.
    """
    place = box_region(box)
    factor_q16 = math.floor(scale * 65536 + 0.5)
    if place.width_q8 * aspect_height >= place.height_q8 * aspect_width:
        width = _scaled(place.width_q8 * factor_q16, 1, 1)
        height = _scaled(place.width_q8 * factor_q16, aspect_height, aspect_width)
    else:
        width = _scaled(place.height_q8 * factor_q16, aspect_width, aspect_height)
        height = _scaled(place.height_q8 * factor_q16, 1, 1)
    return Region(
        (2 * place.x0_q8 + place.width_q8 - width) // 2,
        (2 * place.y0_q8 + place.height_q8 - height) // 2,
        width,
        height,
    )


def _scaled(side_q24: int, numerator: int, denominator: int) -> int:
    return round_divide(side_q24 * numerator, 65536 * denominator)


STEP = Crop()
