"""fold: from every block of pixels to channels of one pixel."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from zoo.errors import StepError
from zoo.step import Frame, PreStep

__all__ = ["STEP"]

_FACTOR_MAX = 16


class Fold(PreStep):
    """Turn [H, W, C] into [H / f, W / f, f * f * C], each block of f x f pixels into one pixel.

    The channels are those of the block's pixels, row by row: channel (f * i + j) * C + c is c of
    the pixel in row i, column j. This is "data folding" of the MAX78000's training tool.
    factor: f, 2 to 16, a divisor of height and width.
    """

    name = "fold"
    parameters = MappingProxyType({"factor": None})
    cpp_header = Path(__file__).with_suffix(".hpp")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for an impossible factor."""
        complete = super().complete(given)
        factor = complete["factor"]
        if type(factor) is not int or not 2 <= factor <= _FACTOR_MAX:
            raise StepError(
                f"contract step 'fold': factor is {factor!r}; allowed are whole numbers from 2 to "
                f"{_FACTOR_MAX}"
            )
        return complete

    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:
        """Return the frame with the folded image; raises RecipeError for a size that is left."""
        factor = parameters["factor"]
        height, width, channels = frame.image_hwc.shape
        if height % factor or width % factor:
            raise StepError(
                f"contract step 'fold': the picture has {height} x {width} pixels, which factor "
                f"{factor} does not divide; resize it before to multiples of {factor}"
            )
        rows, columns = height // factor, width // factor
        blocks = frame.image_hwc.reshape(rows, factor, columns, factor, channels)
        folded = blocks.transpose(0, 2, 1, 3, 4).reshape(rows, columns, -1)
        return replace(frame, image_hwc=np.ascontiguousarray(folded))


STEP = Fold()
