"""letterbox: fit the box into the network's size, the rest in one colour."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from zoo.errors import StepError
from zoo.parameters import check_choice, is_integers, is_numbers
from zoo.step import Frame, PreStep, Region, box_region
from zoo.steps.sampling import check_interpolation, check_size, resize, round_divide

__all__ = ["STEP", "Fit", "fit"]

_PLACES = ("center", "top-left")
_FILLS = ("either", "height", "width")


class Letterbox(PreStep):
    """Resample the box, by default the whole photo, keeping its aspect ratio, and pad the rest.

    size: [height, width] of the network's input.
    padding: colour of the rest, one integer 0..255 per channel.
    place: of the picture, 'center' or 'top-left'.
    interpolation: as that of step 'resize'.
    fill: side of the input that the box takes up, 'either' (the one reached first), 'height' or
    'width'. The other one follows; a box that is too long for it is squeezed into the input.
    """

    name = "letterbox"
    parameters = MappingProxyType(
        {
            "size": None,
            "padding": (114, 114, 114),
            "place": "center",
            "interpolation": "antialiased",
            "fill": "either",
        }
    )
    chooses = True
    resamples = True
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for an impossible size, colour, place."""
        complete = super().complete(given)
        check_size(self.name, complete["size"])
        check_interpolation(self.name, complete)
        _check_padding(complete["padding"])
        for name, known in (("place", _PLACES), ("fill", _FILLS)):
            check_choice(self.name, complete, name, known)
        return complete

    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:
        """Return the frame with its region.

        Raises DataError for a box without area, RecipeError for a padding of other channels.
        """
        padding, channels = parameters["padding"], frame.image_hwc.shape[2]
        if len(padding) != channels:
            raise StepError(
                f"contract step 'letterbox': padding has {len(padding)} numbers, the image has "
                f"{channels} channels; give one for each"
            )
        box = box_region(frame.box)
        height, width = parameters["size"]
        is_centered = parameters["place"] == "center"
        inner = fit(box, height, width, parameters["fill"], centered=is_centered)
        image = np.empty((height, width, channels), np.uint8)
        image[...] = padding
        image[inner.top : inner.top + inner.height, inner.left : inner.left + inner.width] = resize(
            frame.image_hwc, box, inner.height, inner.width, parameters["interpolation"]
        )
        return replace(frame, image_hwc=image, region=inner.region)


@dataclass(frozen=True)
class Fit:
    """Where the box lies in the network's input, in pixels; region: what all of the input shows."""

    top: int
    left: int
    height: int
    width: int
    region: Region


def fit(box: Region, height: int, width: int, fill: str = "either", *, centered: bool) -> Fit:
    """Return the place of a box in an input of height x width.

    One side of the input is filled; the other one is rounded, halves up, but at least 1 and at most
    the input's:

        inner_width = width,   inner_height = box_height width / box_width     or vice versa
        left        = (width - inner_width) // 2                               0 at the top left
        x0          = box x0 - left box_width / inner_width
        side        = width box_width / inner_width                            both rounded

    fill: 'height', 'width', or 'either' for the height if height box_width <= width box_height,
    so that the aspect ratio is kept.
    """
    box_width, box_height = box.width_q8, box.height_q8
    inner_height, inner_width = height, width
    is_narrow = height * box_width <= width * box_height
    if fill == "height" or (fill == "either" and is_narrow):
        inner_width = min(max(1, round_divide(box_width * height, box_height)), width)
    else:
        inner_height = min(max(1, round_divide(box_height * width, box_width)), height)
    top = (height - inner_height) // 2 if centered else 0
    left = (width - inner_width) // 2 if centered else 0
    region = Region(
        box.x0_q8 - round_divide(left * box_width, inner_width),
        box.y0_q8 - round_divide(top * box_height, inner_height),
        round_divide(width * box_width, inner_width),
        round_divide(height * box_height, inner_height),
    )
    return Fit(top, left, inner_height, inner_width, region)


def _check_padding(padding: Any) -> None:  # noqa: ANN401 (whatever TOML can say)
    if is_integers(padding) and all(0 <= value <= 255 for value in padding):
        return
    rounded = ""
    if is_numbers(padding) and all(0 <= value <= 255 for value in padding):
        rounded = f"; pixels are integers, take {[math.floor(value + 0.5) for value in padding]}"
    raise StepError(
        f"contract step 'letterbox': padding is {padding!r}; expected a list of an integer "
        f"0..255 for each channel{rounded}"
    )


STEP = Letterbox()
