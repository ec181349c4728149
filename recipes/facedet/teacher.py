"""YuNet as a teacher: its scores and boxes of each cell, on the same grid as ours.

Wu, Peng, Yu 2023, "YuNet: A Tiny Millisecond-level Face Detector". Its maps have our strides.
Its input is BGR, 0..255; a score is sqrt(class * object); a box is
the offset of its centre from the cell's upper left corner, and the logarithm of its size, both in
strides.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray

from recipes.facedet.variants import STRIDES
from zoo import registry
from zoo.errors import RecipeError
from zoo.plugs import Run

__all__ = ["Seen", "YuNet"]

_LARGEST_LOG_SIZE = 5.0


class Seen(NamedTuple):
    """The teacher's outputs for one image, in the cell order of `cells_of`.

    scores: [C].  boxes: [C, 4] x0 y0 x1 y1 in pixels.  Both are float32.
    """

    scores: NDArray[np.float32]
    boxes: NDArray[np.float32]


class YuNet:
    """The network from its ONNX file, for any input size; loaded on first use."""

    def __init__(self, file: Path) -> None:
        self._file = file
        _check(file)
        self._run: Run | None = None

    def __call__(self, image_hwc: NDArray[np.uint8]) -> Seen:
        """Return its outputs for [S, S, 3] uint8 RGB, S a multiple of 32."""
        bgr = image_hwc[None, :, :, ::-1].transpose(0, 3, 1, 2).astype(np.float32)
        found = self._loaded()({"input": bgr})
        parts = [_of_stride(found, s, image_hwc.shape[1] // s) for s in STRIDES]
        return Seen(*(np.concatenate(values) for values in zip(*parts, strict=True)))

    def _loaded(self) -> Run:
        if self._run is None:
            names = [f"{kind}_{s}" for kind in ("cls", "obj", "bbox") for s in STRIDES]
            executor = registry.load("executor", "onnxruntime")
            self._run = executor.load_inside(self._file.parent, self._file.name, names)
        return self._run


def _of_stride(found: Mapping[str, NDArray[Any]], stride: int, side: int) -> Seen:
    cells = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)
    boxes = found[f"bbox_{stride}"][0]
    centre = (cells + boxes[:, :2]) * stride
    half = np.exp(np.minimum(boxes[:, 2:], _LARGEST_LOG_SIZE)) * (stride / 2)
    scores = np.sqrt((found[f"cls_{stride}"][0, :, 0] * found[f"obj_{stride}"][0, :, 0]).clip(0, 1))
    around = np.concatenate([centre - half, centre + half], axis=1)
    return Seen(scores, around.astype(np.float32))


def _check(file: Path) -> None:
    """Raise RecipeError for another network."""
    try:
        graph = onnx.load(file).graph
    except Exception as error:  # of protobuf and of the system; they have no common base
        raise RecipeError(f"{file}: cannot be read as ONNX ({error}); give YuNet's file") from error
    outputs = {value.name for value in graph.output}
    wanted = [f"{kind}_{s}" for s in STRIDES for kind in ("cls", "obj", "bbox")]
    missing = [name for name in wanted if name not in outputs]
    if missing:
        raise RecipeError(
            f"{file}: has no output '{missing[0]}'; the teacher must be YuNet, such as "
            "face_detection_yunet of OpenCV's zoo"
        )
