"""resize: resample the region to the network's size, in integers only."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from zoo.errors import StepError
from zoo.step import Frame, PreStep
from zoo.steps.sampling import check_interpolation, check_size, resize

__all__ = ["STEP"]


class Resize(PreStep):
    """Resample the region that an earlier step chose.

    size: [height, width] of the network's input.
    interpolation: one of `zoo.steps.sampling.INTERPOLATIONS`. 'antialiased' is bilinear, averaging
    several taps per pixel of a large region.
    """

    name = "resize"
    parameters = MappingProxyType({"size": None, "interpolation": "antialiased"})
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
        """Return the frame with the resampled image; raises RecipeError without a region."""
        if frame.region is None:
            raise StepError(
                "contract step 'resize': no region yet; put step 'crop' before it, or take "
                "'stretch' instead"
            )
        height, width = parameters["size"]
        image = resize(frame.image_hwc, frame.region, height, width, parameters["interpolation"])
        return replace(frame, image_hwc=image)


STEP = Resize()
