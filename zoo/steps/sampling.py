"""Resamples a region of a photo to a size, in integers only: what the geometric steps share."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import StepError, suggest
from zoo.parameters import is_integers
from zoo.step import Region

__all__ = ["INTERPOLATIONS", "check_interpolation", "check_size", "resize", "round_divide"]

INTERPOLATIONS = ("antialiased", "bilinear", "area", "nearest")

_OTHERS = {
    "inter_linear": "bilinear",
    "inter_cubic": "bilinear",
    "inter_lanczos": "bilinear",
    "lanczos4": "bilinear",
    "inter_area": "area",
    "inter_nearest": "nearest",
    "nearest": "nearest",
    "lanczos": "antialiased",
    "bicubic": "antialiased",
    "cubic": "antialiased",
    "hamming": "antialiased",
    "linear": "bilinear",
    "box": "area",
}
"""How names of OpenCV's and PIL's interpolations begin, and the nearest one here.

OpenCV's have no antialiasing.
"""

_TAPS_MAX = 8
_AREA = 65536
_AT_ONCE = 1 << 18  # products, which the processor's cache holds


def check_size(step: str, size: Any, name: str = "size") -> None:  # noqa: ANN401 (of TOML)
    """Raise RecipeError unless a parameter is [height, width] of a picture."""
    if not is_integers(size) or len(size) != 2 or not all(1 <= n <= 4096 for n in size):
        raise StepError(
            f"contract step '{step}': {name} is {size!r}; expected two integers "
            "[height, width] between 1 and 4096"
        )


def check_interpolation(step: str, parameters: Mapping[str, Any]) -> None:
    """Raise RecipeError for an unknown interpolation, with what to take instead."""
    found = parameters["interpolation"]
    if found in INTERPOLATIONS:
        return
    other = _nearest_to(str(found))
    if other:
        raise StepError(
            f"contract step '{step}': interpolation {found!r} is not offered; take '{other}', "
            f"which comes closest (known: {', '.join(INTERPOLATIONS)})"
        )
    raise StepError(
        f"contract step '{step}': unknown interpolation {found!r}"
        f"{suggest(str(found), INTERPOLATIONS)}"
    )


def _nearest_to(name: str) -> str:
    """Return the interpolation to take for another library's, '' if its name says nothing."""
    word = name.lower()
    exact = [known for known in INTERPOLATIONS if known == word]
    others = [ours for start, ours in _OTHERS.items() if word.startswith(start)]
    return next(iter((*exact, *others)), "")


def round_divide(a: int, b: int) -> int:
    """Return a / b rounded, halves up. b > 0."""
    return (2 * a + b) // (2 * b)


@dataclass(frozen=True)
class _Axis:
    """Weighted means along an axis: n result pixels of k pixels each, some of weight 0.

    pixels, weights: [n, k].  total: sum of each pixel's weights.
    """

    pixels: NDArray[np.int64]
    weights: NDArray[np.int64]
    total: int


def resize(
    image: NDArray[np.uint8],
    region: Region,
    height: int,
    width: int,
    interpolation: str = "antialiased",
) -> NDArray[np.uint8]:
    """Return the region of an [H, W, C] image as [height, width, C].

    Pixel i covers [i, i + 1), its centre is at i + 0.5, in the image and in the result. Along an
    axis, the region begins at x0 and has a side, in 1/256 pixel; the result has n pixels. Pixel i
    of the result is a weighted mean of pixels P of the image:

        bilinear     as antialiased, with k = 1
        antialiased  k    = clamp((2 side + 256 n) // (512 n), 1, 8)    side / (256 n), rounded
                     t    = x0 + (side (2 j + 1)) // (2 n k) - 128      for j = i k .. i k + k - 1
                     mean of the k taps P[t // 256] and P[t // 256 + 1], weights 256 - t % 256 and
                     t % 256
        nearest      P[(x0 + (side (2 i + 1)) // (2 n)) // 256], weight 256
        area         begin = x0 + (side i) // n
                     end   = max(x0 + (side (i + 1)) // n, begin + 1)
                     all P[p] from begin // 256 to (end - 1) // 256, weight c(p + 1) - c(p), where
                     c(p) = (256 p - begin) 65536 // (end - begin), but 0 for the first and 65536
                     after the last

        result = (sum of weight_y weight_x P + total // 2) // total,   total = sum of the weights

    where // rounds towards minus infinity and edge pixels are repeated beyond the image. Sums along
    the first axis fit into 32 bits, those along both into 40.
    """
    rows = _axis(region.y0_q8, region.height_q8, height, image.shape[0], interpolation)
    columns = _axis(region.x0_q8, region.width_q8, width, image.shape[1], interpolation)
    left, right = int(columns.pixels[0, 0]), int(columns.pixels[-1, -1])
    across = _sums(image[:, left : right + 1], rows, np.uint32)
    columns = replace(columns, pixels=columns.pixels - left)
    total = rows.total * columns.total
    sums = _sums(across.transpose(1, 0, 2), columns, np.uint64).transpose(1, 0, 2)
    return np.ascontiguousarray((sums + total // 2) // total, np.uint8)


def _axis(start_q8: int, side_q8: int, size: int, pixels: int, interpolation: str) -> _Axis:
    if interpolation == "area":
        return _area(start_q8, side_q8, size, pixels - 1)
    per_pixel = 1
    if interpolation == "antialiased":
        per_pixel = min(max((2 * side_q8 + 256 * size) // (512 * size), 1), _TAPS_MAX)
    tap = np.arange(size * per_pixel, dtype=np.int64)
    centre_q8 = start_q8 + side_q8 * (2 * tap + 1) // (2 * size * per_pixel)
    if interpolation == "nearest":
        taps, weights = centre_q8 >> 8, np.full(size, 256)
    else:
        below, above_q8 = (centre_q8 - 128) >> 8, (centre_q8 - 128) & 255
        taps, weights = np.stack([below, below + 1], 1), np.stack([256 - above_q8, above_q8], 1)
    inside = taps.clip(0, pixels - 1)
    return _Axis(inside.reshape(size, -1), weights.reshape(size, -1), 256 * per_pixel)


def _area(start_q8: int, side_q8: int, size: int, last_pixel: int) -> _Axis:
    edges_q8 = start_q8 + side_q8 * np.arange(size + 1, dtype=np.int64) // size
    begin = edges_q8[:-1, None]
    end = np.maximum(edges_q8[1:, None], begin + 1)
    first, last = ((q8 // 256).clip(0, last_pixel) for q8 in (begin, end - 1))
    covered = first + np.arange((last - first).max() + 1)
    upto = np.where(covered < last, (256 * (covered + 1) - begin) * _AREA // (end - begin), _AREA)
    return _Axis(covered.clip(max=last), np.diff(upto, axis=1, prepend=0), _AREA)


def _sums(image: NDArray[Any], axis: _Axis, dtype: type[np.unsignedinteger[Any]]) -> NDArray[Any]:
    """Return [n, W, C] sums of weight times pixel along the first axis of an [H, W, C] image."""
    weights = axis.weights.astype(dtype)[:, :, None, None]
    step = max(1, _AT_ONCE // (axis.pixels.shape[1] * image[0].size))
    parts = (slice(i, i + step) for i in range(0, len(weights), step))
    return np.concatenate(
        [(image[axis.pixels[part]] * weights[part]).sum(1, dtype=dtype) for part in parts]
    )
