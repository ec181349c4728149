"""color: order of the colour channels."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from zoo.parameters import check_choice
from zoo.step import Frame, PreStep

__all__ = ["STEP"]


class Color(PreStep):
    """Reorder the channels of an RGB image. order: 'rgb' or 'bgr'."""

    name = "color"
    parameters = MappingProxyType({"order": None})
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for an unknown order."""
        complete = super().complete(given)
        check_choice(self.name, complete, "order", ("rgb", "bgr"))
        return complete

    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:
        """Return the frame with its channels in order."""
        step = -1 if parameters["order"] == "bgr" else 1
        return replace(frame, image_hwc=np.ascontiguousarray(frame.image_hwc[..., ::step]))


STEP = Color()
