"""normalize: from pixels to the network's float input."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from zoo.errors import StepError
from zoo.parameters import is_numbers
from zoo.step import Frame, PreStep

__all__ = ["STEP"]


class Normalize(PreStep):
    """Compute x = (pixel - mean) / std in float32, one subtraction and one division.

    mean, std: a number for each channel, in pixel values (0..255).
    """

    name = "normalize"
    parameters = MappingProxyType({"mean": None, "std": None})
    is_pixelwise = True
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for lists that do not fit."""
        complete = super().complete(given)
        mean, std = complete["mean"], complete["std"]
        lists = is_numbers(mean) and is_numbers(std)
        if not lists or not mean or len(mean) != len(std) or min(std) <= 0:
            raise StepError(
                f"contract step 'normalize': mean {mean!r} and std {std!r} must be lists of one "
                "number (gray), three, or one for each channel of step 'fold', std above 0"
            )
        return complete

    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:
        """Return the frame with its input; raises RecipeError for another channel count."""
        channels = frame.image_hwc.shape[2]
        if len(parameters["mean"]) != channels:
            raise StepError(
                f"contract step 'normalize': mean has {len(parameters['mean'])} numbers, the "
                f"image has {channels} channels; give one for each"
            )
        mean, std = (
            np.array(parameters[name], np.float32)[:, None, None] for name in ("mean", "std")
        )
        pixels = frame.image_hwc.transpose(2, 0, 1).astype(np.float32)
        return replace(frame, input_chw=np.ascontiguousarray((pixels - mean) / std))


STEP = Normalize()
