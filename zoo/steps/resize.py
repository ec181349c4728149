"""resize: resample the region to the network's size, in integers only."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import RecipeError
from zoo.parameters import is_integers
from zoo.step import Frame, PreStep, Region

__all__ = ["STEP", "resize"]

_TAPS_MAX = 8


class Resize(PreStep):
    """Resample the region bilinearly, averaging several taps per pixel of a large region.

    size: [height, width] of the network's input.
    """

    name = "resize"
    parameters = MappingProxyType({"size": None})
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for an impossible size."""
        complete = super().complete(given)
        size = complete["size"]
        if not is_integers(size) or len(size) != 2 or not all(1 <= n <= 4096 for n in size):
            raise RecipeError(
                f"contract step 'resize': size is {size!r}; two integers [height, width] "
                "between 1 and 4096 are needed"
            )
        return complete

    def apply(self, frame: Frame, parameters: Mapping[str, Any]) -> Frame:
        """Return the frame with the resampled image; raises RecipeError without a region."""
        if frame.region is None:
            raise RecipeError("contract step 'resize': no region yet; put step 'crop' before it")
        height, width = parameters["size"]
        return replace(frame, image_hwc=resize(frame.image_hwc, frame.region, height, width))


@dataclass(frozen=True)
class _Axis:
    """Taps along one axis: source pixels below and above each, weight of the one above / 256."""

    per_pixel: int
    below: NDArray[np.int64]
    above: NDArray[np.int64]
    weight_q8: NDArray[np.uint32]


def resize(image: NDArray[np.uint8], region: Region, height: int, width: int) -> NDArray[np.uint8]:
    """Return the region of an [H, W, C] image as [height, width, C].

    Along an axis, on which the region has a side and the output n pixels, k taps are averaged for
    each one:

        k        = clamp((2 side + 256 n) // (512 n), 1, 8)      side / (256 n), rounded
        t        = x0 + (side (2 i + 1)) // (2 n k) - 128        tap i of n k, 1/256 pixel,
                                                                 0 at the centre of pixel 0
        tap i    = (256 - t % 256) P[t // 256] + (t % 256) P[t // 256 + 1]
        output   = (sum of the ky kx taps + half) // (65536 ky kx)

    where // rounds towards minus infinity, half = 32768 ky kx, and edge pixels are repeated beyond
    the image. Everything fits into 32 bits: 255 * 65536 * 8 * 8 < 2**30.
    """
    rows = _axis(region.y0_q8, region.height_q8, height, image.shape[0])
    columns = _axis(region.x0_q8, region.width_q8, width, image.shape[1])
    left, right = int(columns.below[0]), int(columns.above[-1])
    across = _sum_taps(image[:, left : right + 1], rows)
    columns = replace(columns, below=columns.below - left, above=columns.above - left)
    total = _sum_taps(across.transpose(1, 0, 2), columns).transpose(1, 0, 2)
    taps = np.uint32(rows.per_pixel * columns.per_pixel)
    rounded = (total + 32768 * taps) // (65536 * taps)
    return np.ascontiguousarray(rounded, np.uint8)


def _axis(start_q8: int, side_q8: int, size: int, pixels: int) -> _Axis:
    k = min(max((2 * side_q8 + 256 * size) // (512 * size), 1), _TAPS_MAX)
    tap = np.arange(size * k, dtype=np.int64)
    position_q8 = start_q8 + side_q8 * (2 * tap + 1) // (2 * size * k) - 128
    below = position_q8 >> 8
    return _Axis(
        per_pixel=k,
        below=below.clip(0, pixels - 1),
        above=(below + 1).clip(0, pixels - 1),
        weight_q8=(position_q8 & 255).astype(np.uint32),
    )


def _sum_taps(image: NDArray[Any], axis: _Axis) -> NDArray[np.uint32]:
    """Return [n, W, C] sums of the taps along the first axis of an [H, W, C] image."""
    weight = axis.weight_q8[:, None, None]
    taps = image[axis.below] * (256 - weight) + image[axis.above] * weight
    summed: NDArray[np.uint32] = taps.reshape(-1, axis.per_pixel, *taps.shape[1:]).sum(
        1, dtype=np.uint32
    )
    return summed


STEP = Resize()
