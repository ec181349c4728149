"""gray: one channel of integer luma."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from zoo.step import Frame, PreStep

__all__ = ["STEP"]


class Gray(PreStep):
    """Replace RGB by luma, (77 R + 150 G + 29 B + 128) // 256.

    The weights are those of ITU-R BT.601 in 1/256.
    """

    name = "gray"
    parameters: Mapping[str, Any] = MappingProxyType({})
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")

    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:  # noqa: ARG002
        """Return the frame with an [H, W, 1] image."""
        weighted = frame.image_hwc.astype(np.uint32) @ np.array([77, 150, 29], np.uint32)
        luma = ((weighted + 128) >> 8).astype(np.uint8)
        return replace(frame, image_hwc=luma[..., None])


STEP = Gray()
