"""toy_stretch: show the whole box to the network, whatever its aspect ratio."""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from zoo.step import Frame, PreStep, Region, check_box

__all__ = ["STEP"]


class ToyStretch(PreStep):
    """Set the region to the box, in 1/256 pixel."""

    name = "toy_stretch"
    parameters: Mapping[str, Any] = MappingProxyType({})
    cpp_header = Path(__file__).with_suffix(".hpp")

    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:  # noqa: ARG002
        """Return the frame with its region; raises DataError for a box without area."""
        check_box(frame.box)
        x, y, width, height = (math.floor(value * 256 + 0.5) for value in frame.box)
        return replace(frame, region=Region(x, y, width, height))


STEP = ToyStretch()
