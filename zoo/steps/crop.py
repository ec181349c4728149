"""crop: choose a square region around a box."""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from zoo.errors import RecipeError
from zoo.parameters import is_number
from zoo.step import Box, Frame, PreStep, Region, check_box

__all__ = ["STEP", "square_around"]


class Crop(PreStep):
    """Set the region to a square around the box's centre.

    A box (x, y, width, height) is in pixels and pixel i covers [i, i + 1), so landmarks with
    pixel centres at integers span a box from min + 0.5 to max + 0.5.

    scale: side of the square relative to the longer side of the box.
    """

    name = "crop"
    parameters = MappingProxyType({"scale": 1.2})
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for a scale outside (0, 256]."""
        complete = super().complete(given)
        scale = complete["scale"]
        if not is_number(scale) or not 0 < scale <= 256:
            raise RecipeError(
                f"contract step 'crop': scale is {scale!r}; a number in (0, 256] is needed"
            )
        return complete

    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:
        """Return the frame with its region; raises DataError for a box without area."""
        return replace(frame, region=square_around(frame.box, parameters["scale"]))


def square_around(box: Box, scale: float) -> Region:
    """Return the square around a box's centre, side = scale * longer side.

    Only the first line of each group is float; there floor(v * 2**n + 0.5) is exact for all valid
    boxes. The rest is integer; // rounds towards minus infinity:

        x, y, w, h  = box in 1/256 pixel;  factor = scale in 1/65536
        side = (max(w, h) * factor + 32768) // 65536
        x0   = (2 x + w - side) // 2;      y0 alike
    """
    check_box(box)
    x, y, width, height = (math.floor(float(value) * 256 + 0.5) for value in box)
    factor_q16 = math.floor(scale * 65536 + 0.5)
    side = (max(width, height) * factor_q16 + 32768) // 65536
    return Region((2 * x + width - side) // 2, (2 * y + height - side) // 2, side, side)


STEP = Crop()
