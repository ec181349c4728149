"""stretch: resample the whole box to the network's size."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from zoo.step import Frame, PreStep, box_region
from zoo.steps.sampling import check_interpolation, check_size, resize

__all__ = ["STEP"]


class Stretch(PreStep):
    """Resample the box, by default the whole photo, whatever its aspect ratio.

    size: [height, width] of the network's input.
    interpolation: as that of step 'resize'.
    """

    name = "stretch"
    parameters = MappingProxyType({"size": None, "interpolation": "antialiased"})
    chooses = True
    resamples = True
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for an impossible size."""
        complete = super().complete(given)
        check_size(self.name, complete["size"])
        check_interpolation(self.name, complete)
        return complete

    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:
        """Return the frame with its region; raises DataError for a box without area."""
        region = box_region(frame.box)
        height, width = parameters["size"]
        image = resize(frame.image_hwc, region, height, width, parameters["interpolation"])
        return replace(frame, image_hwc=image, region=region)


STEP = Stretch()
