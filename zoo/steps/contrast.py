"""contrast: grey levels stretched to the full range."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from zoo.parameters import is_integer, refuse
from zoo.step import Frame, PreStep
from zoo.steps.levels import level_counts, replaced_levels

__all__ = ["STEP"]


class Contrast(PreStep):
    """Normalise the contrast: the darkest pixels become 0, the brightest 255, linearly between.

    cut_percent: how many of the n pixels become 0, and how many 255, at least; k = floor(n
    cut_percent / 100). With low and high the levels of the pixels with k pixels before and after
    them in order of level, level p becomes floor(255 (clamp(p, low, high) - low) / (high - low)
    + 1/2). A picture with low = high is unchanged.
    Gonzalez and Woods, "Digital Image Processing", section 3.2.4, contrast stretching.
    """

    name = "contrast"
    parameters = MappingProxyType({"cut_percent": 1})
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")
    kotlin_parts = (Path(__file__).with_name("levels.kt"),)

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for another share than 0..49 %."""
        complete = super().complete(given)
        cut_percent = complete["cut_percent"]
        if not is_integer(cut_percent) or not 0 <= cut_percent < 50:
            refuse(self.name, complete, "cut_percent", "an integer from 0 to 49")
        return complete

    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:
        """Return the frame with its image stretched; raises RecipeError for one in colour."""
        below = level_counts(self.name, frame.image_hwc).cumsum()
        cut = int(below[-1]) * parameters["cut_percent"] // 100
        low, high = np.searchsorted(below, (cut, int(below[-1]) - cut - 1), side="right").tolist()
        image = replaced_levels(frame.image_hwc, np.arange(256) - low, high - low)
        return replace(frame, image_hwc=image)


STEP = Contrast()
