"""letterbox: fit the box into the network's size, the rest in one colour."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from zoo.errors import RecipeError
from zoo.parameters import is_integers
from zoo.step import Frame, PreStep, Region, box_region
from zoo.steps.sampling import check_interpolation, check_size, resize, round_divide

__all__ = ["STEP", "Fit", "fit"]

_PLACES = ("center", "top-left")


class Letterbox(PreStep):
    """Resample the box, by default the whole photo, keeping its aspect ratio, and pad the rest.

    size: [height, width] of the network's input.
    padding: colour of the rest, one integer 0..255 per channel.
    place: of the picture, 'center' or 'top-left'.
    interpolation: as that of step 'resize'.
    """

    name = "letterbox"
    parameters = MappingProxyType(
        {
            "size": None,
            "padding": (114, 114, 114),
            "place": "center",
            "interpolation": "antialiased",
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
        padding, place = complete["padding"], complete["place"]
        if not is_integers(padding) or not all(0 <= value <= 255 for value in padding):
            raise RecipeError(
                f"contract step 'letterbox': padding is {padding!r}; a list of an integer 0..255 "
                "for each channel is needed"
            )
        if place not in _PLACES:
            raise RecipeError(
                f"contract step 'letterbox': place is {place!r}; known: {', '.join(_PLACES)}"
            )
        return complete

    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:
        """Return the frame with its region.

        Raises DataError for a box without area, RecipeError for a padding of other channels.
        """
        padding, channels = parameters["padding"], frame.image_hwc.shape[2]
        if len(padding) != channels:
            raise RecipeError(
                f"contract step 'letterbox': padding has {len(padding)} numbers, the image has "
                f"{channels} channels; give one for each"
            )
        box = box_region(frame.box)
        height, width = parameters["size"]
        inner = fit(box, height, width, centered=parameters["place"] == "center")
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


def fit(box: Region, height: int, width: int, *, centered: bool) -> Fit:
    """Return the place of a box in an input of height x width.

    One side of the input is filled; the other one is rounded, halves up, but at least 1:

        inner_width = width,   inner_height = box_height width / box_width     or vice versa
        left        = (width - inner_width) // 2                               0 at the top left
        x0          = box x0 - left box_width / inner_width
        side        = width box_width / inner_width                            both rounded
    """
    box_width, box_height = box.width_q8, box.height_q8
    if height * box_width <= width * box_height:
        inner_height, inner_width = height, max(1, round_divide(box_width * height, box_height))
    else:
        inner_height, inner_width = max(1, round_divide(box_height * width, box_width)), width
    top = (height - inner_height) // 2 if centered else 0
    left = (width - inner_width) // 2 if centered else 0
    region = Region(
        box.x0_q8 - round_divide(left * box_width, inner_width),
        box.y0_q8 - round_divide(top * box_height, inner_height),
        round_divide(width * box_width, inner_width),
        round_divide(height * box_height, inner_height),
    )
    return Fit(top, left, inner_height, inner_width, region)


STEP = Letterbox()
