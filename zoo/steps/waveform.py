"""waveform: the samples themselves as the network's input."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from zoo.errors import StepError
from zoo.parameters import is_number
from zoo.step import Frame, PreStep

__all__ = ["STEP"]


class Waveform(PreStep):
    """Compute x = gain sample, in double precision, then rounded to float32.

    gain: 1 for a network that takes -1..1, 32768 for one that takes 16-bit integers.
    """

    name = "waveform"
    takes = "signal"
    parameters = MappingProxyType({"gain": 1.0})
    cpp_header = Path(__file__).with_suffix(".hpp")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for a gain that is no number."""
        complete = super().complete(given)
        if not is_number(complete["gain"]) or complete["gain"] == 0:
            raise StepError(
                f"contract step 'waveform': gain {complete['gain']!r} must be a number other than 0"
            )
        return complete

    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:
        """Return the frame with its input [N]."""
        assert frame.signal is not None  # `takes`
        scaled = frame.signal.samples * float(parameters["gain"])
        return replace(frame, input_chw=scaled.astype(np.float32))


STEP = Waveform()
