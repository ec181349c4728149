"""center_crop: resize the box, then cut its centre out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from zoo.errors import StepError
from zoo.parameters import is_integer
from zoo.step import Frame, PreStep, Region, box_region
from zoo.steps.sampling import check_interpolation, check_size, resize, round_divide

__all__ = ["STEP", "central", "kept_aspect"]


class CenterCrop(PreStep):
    """Resize the box, by default the whole photo, then cut its centre out.

    The pixels cut are those of torchvision's Resize(short_side) or Resize(sides) and CenterCrop.

    short_side: in pixels, before the cut; the aspect ratio is kept.
    size: [height, width] of the network's input, within the resized box.
    interpolation: as that of step 'resize'.
    sides: [height, width] before the cut, whatever the aspect ratio; instead of short_side.
    """

    name = "center_crop"
    parameters = MappingProxyType(
        {"short_side": 0, "size": None, "interpolation": "antialiased", "sides": ()}
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
        _check_sides(complete)
        return complete

    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:
        """Return the frame with its region; raises DataError for a box without area."""
        height, width = parameters["size"]
        box = box_region(frame.box)
        sides = parameters["sides"] or kept_aspect(box, parameters["short_side"])
        region = central(box, sides, height, width)
        image = resize(frame.image_hwc, region, height, width, parameters["interpolation"])
        return replace(frame, image_hwc=image, region=region)


def kept_aspect(box: Region, short_side: int) -> tuple[int, int]:
    """Return height and width of a box with a short side, in whole pixels, rounded down."""
    short = min(box.width_q8, box.height_q8)
    return box.height_q8 * short_side // short, box.width_q8 * short_side // short


def central(box: Region, sides: Sequence[int], height: int, width: int) -> Region:
    """Return the part of a box that remains of sides [height, width]; both axes alike:

    before  = (side - size) / 2             whole pixels cut off; a half goes to the even number
    x0      = box x0 + before box / side
    region  = size box / side               both rounded, halves up
    """
    x0, region_width = _part(box.x0_q8, box.width_q8, sides[1], width)
    y0, region_height = _part(box.y0_q8, box.height_q8, sides[0], height)
    return Region(x0, y0, region_width, region_height)


def _check_sides(given: Mapping[str, Any]) -> None:
    short_side, sides, size = given["short_side"], given["sides"], given["size"]
    if sides and not short_side:
        check_size("center_crop", sides, "sides")
        if any(side < least for side, least in zip(sides, size, strict=True)):
            raise StepError(
                f"contract step 'center_crop': sides are {sides!r}, size is {size!r}; a part of "
                "the sides is cut out: they must not be smaller"
            )
        return
    longest = max(size)
    if sides or not is_integer(short_side) or not longest <= short_side <= 4096:
        also = f" beside sides {sides!r}" if sides else ""
        raise StepError(
            f"contract step 'center_crop': short_side is {short_side!r}{also}; expected an integer "
            f"from {longest}, the longer side of size, to 4096, or instead sides = [height, width]"
        )


def _part(start_q8: int, side_q8: int, resized: int, size: int) -> tuple[int, int]:
    rest = resized - size
    before = (rest + (rest // 2) % 2) // 2
    return start_q8 + round_divide(before * side_q8, resized), round_divide(size * side_q8, resized)


STEP = CenterCrop()
