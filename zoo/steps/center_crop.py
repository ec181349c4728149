"""center_crop: resize the short side, then cut the centre out."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from zoo.errors import RecipeError
from zoo.parameters import is_integer
from zoo.step import Frame, PreStep, Region, box_region
from zoo.steps.sampling import check_interpolation, check_size, resize, round_divide

__all__ = ["STEP", "central"]


class CenterCrop(PreStep):
    """Resize the box, by default the whole photo, to a short side, then cut its centre out.

    The pixels cut are those of torchvision's Resize(short_side) and CenterCrop(size).

    short_side: in pixels, before the cut.
    size: [height, width] of the network's input, not above short_side.
    interpolation: as that of step 'resize'.
    """

    name = "center_crop"
    parameters = MappingProxyType(
        {"short_side": None, "size": None, "interpolation": "antialiased"}
    )
    chooses = True
    resamples = True
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for sides that do not fit."""
        complete = super().complete(given)
        check_size(self.name, complete["size"])
        check_interpolation(self.name, complete)
        short_side, longest = complete["short_side"], max(complete["size"])
        if not is_integer(short_side) or not longest <= short_side <= 4096:
            raise RecipeError(
                f"contract step 'center_crop': short_side is {short_side!r}; an integer from "
                f"{longest}, the longer side of size, to 4096 is needed"
            )
        return complete

    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:
        """Return the frame with its region; raises DataError for a box without area."""
        height, width = parameters["size"]
        region = central(box_region(frame.box), parameters["short_side"], height, width)
        image = resize(frame.image_hwc, region, height, width, parameters["interpolation"])
        return replace(frame, image_hwc=image, region=region)


def central(box: Region, short_side: int, height: int, width: int) -> Region:
    """Return the part of a box that remains; both axes alike:

    resized = box short_side // short       of the box in 1/256 pixel; in whole pixels
    before  = (resized - size) / 2          whole pixels cut off; a half goes to the even number
    x0      = box x0 + before box / resized
    side    = size box / resized            both rounded, halves up
    """
    short = min(box.width_q8, box.height_q8)
    x0, region_width = _part(box.x0_q8, box.width_q8, box.width_q8 * short_side // short, width)
    y0, region_height = _part(box.y0_q8, box.height_q8, box.height_q8 * short_side // short, height)
    return Region(x0, y0, region_width, region_height)


def _part(start_q8: int, side_q8: int, resized: int, size: int) -> tuple[int, int]:
    rest = resized - size
    before = (rest + (rest // 2) % 2) // 2
    return start_q8 + round_divide(before * side_q8, resized), round_divide(size * side_q8, resized)


STEP = CenterCrop()
