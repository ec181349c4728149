"""equalize: histogram equalisation of a gray picture."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from zoo.step import Frame, PreStep
from zoo.steps.levels import level_counts, replaced_levels

__all__ = ["STEP"]


class Equalize(PreStep):
    """Replace grey levels so that they become about equally frequent.

    Level p becomes floor(255 (c(p) - c(low)) / (n - c(low)) + 1/2), where c(p) of the picture's n
    pixels are at most p, and low is its darkest level. A picture of one level is unchanged.
    Gonzalez and Woods, "Digital Image Processing", section 3.3.1, with the darkest level at 0, as
    OpenCV's equalizeHist; that one computes in float32, so it may differ by 1.
    """

    name = "equalize"
    parameters: Mapping[str, Any] = MappingProxyType({})
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")
    kotlin_parts = (Path(__file__).with_name("levels.kt"),)

    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:  # noqa: ARG002
        """Return the frame with its image equalised; raises RecipeError for one in colour."""
        counts = level_counts(self.name, frame.image_hwc)
        at_darkest = int(counts[np.flatnonzero(counts)[0]])
        places = counts.cumsum() - at_darkest
        image = replaced_levels(frame.image_hwc, places, frame.image_hwc.size - at_darkest)
        return replace(frame, image_hwc=image)


STEP = Equalize()
