"""segment: a part of a signal with a fixed number of samples."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from zoo.errors import StepError
from zoo.parameters import is_integer
from zoo.step import Frame, PreStep

__all__ = ["STEP"]

_PLACES = ("start", "center", "end")
_LENGTH_MAX = 1 << 24


class Segment(PreStep):
    """Take `length` samples x[first + i] of N; those before 0 or from N on are 0.

    place: "start", first = 0; "center", first = floor((N - length) / 2); "end", first = N - length.
    """

    name = "segment"
    takes = "signal"
    parameters = MappingProxyType({"length": None, "place": "start"})
    cpp_header = Path(__file__).with_suffix(".hpp")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for invalid ones."""
        complete = super().complete(given)
        length, place = complete["length"], complete["place"]
        if not is_integer(length) or not 0 < length <= _LENGTH_MAX or place not in _PLACES:
            raise StepError(
                f"contract step 'segment': length {length!r} must be a number of samples from 1 to "
                f"{_LENGTH_MAX}, place {place!r} one of {', '.join(map(repr, _PLACES))}"
            )
        return complete

    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:
        """Return the frame with this part of its signal."""
        assert frame.signal is not None  # `takes`
        samples, length = frame.signal.samples, parameters["length"]
        missing = len(samples) - length
        first = {"start": 0, "center": missing // 2, "end": missing}[parameters["place"]]
        before = max(-first, 0)
        inside = samples[max(first, 0) : max(first + length, 0)]
        part = np.zeros(length)
        part[before : before + len(inside)] = inside
        return replace(frame, signal=replace(frame.signal, samples=part))


STEP = Segment()
