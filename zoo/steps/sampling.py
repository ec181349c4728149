"""Resamples a region of a photo to a size, in integers only: what the geometric steps share."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import RecipeError, suggest
from zoo.parameters import is_integers
from zoo.step import Region

__all__ = ["INTERPOLATIONS", "check_interpolation", "check_size", "resize", "round_divide"]

INTERPOLATIONS = ("antialiased", "bilinear", "area", "nearest")

_TAPS_MAX = 8


def check_size(step: str, size: Any) -> None:  # noqa: ANN401 (whatever TOML can say)
    """Raise RecipeError unless size is [height, width] of a picture."""
    if not is_integers(size) or len(size) != 2 or not all(1 <= n <= 4096 for n in size):
        raise RecipeError(
            f"contract step '{step}': size is {size!r}; two integers [height, width] "
            "between 1 and 4096 are needed"
        )


def check_interpolation(step: str, parameters: Mapping[str, Any]) -> None:
    """Raise RecipeError for an unknown interpolation."""
    found = parameters["interpolation"]
    if found not in INTERPOLATIONS:
        raise RecipeError(
            f"contract step '{step}': unknown interpolation {found!r}"
            f"{suggest(str(found), INTERPOLATIONS)}; known: {', '.join(INTERPOLATIONS)}"
        )


def round_divide(a: int, b: int) -> int:
    """Return a / b rounded, halves up. b > 0."""
    return (2 * a + b) // (2 * b)


@dataclass(frozen=True)
class _Mean:
    """Weighted mean of pixels along an axis; `total` is the sum of the weights."""

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
    rows = _means(region.y0_q8, region.height_q8, height, image.shape[0], interpolation)
    columns = _means(region.x0_q8, region.width_q8, width, image.shape[1], interpolation)
    left, right = int(columns[0].pixels[0]), int(columns[-1].pixels[-1])
    across = _sums(image[:, left : right + 1], rows, 0)
    columns = [_Mean(mean.pixels - left, mean.weights, mean.total) for mean in columns]
    total = rows[0].total * columns[0].total
    rounded = (_sums(across.transpose(1, 0, 2), columns, 1) + total // 2) // total
    return np.ascontiguousarray(rounded.transpose(1, 0, 2), np.uint8)


def _means(start_q8: int, side_q8: int, size: int, pixels: int, interpolation: str) -> list[_Mean]:
    """Return the mean of each pixel of the result along an axis."""
    if interpolation == "area":
        edges_q8 = (start_q8 + side_q8 * i // size for i in range(size + 1))
        return list(_area(edges_q8, pixels - 1))
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
    means = zip(taps.clip(0, pixels - 1).reshape(size, -1), weights.reshape(size, -1), strict=True)
    return [_Mean(*mean, 256 * per_pixel) for mean in means]


def _area(edges_q8: Iterable[int], last_pixel: int) -> Iterator[_Mean]:
    for begin, stop in pairwise(edges_q8):
        end = max(stop, begin + 1)
        first, last = (min(max(q8 // 256, 0), last_pixel) for q8 in (begin, end - 1))
        inner_q8 = np.arange(first + 1, last + 1, dtype=np.int64) * 256
        shares = (inner_q8 - begin) * 65536 // (end - begin)
        weights = np.diff(np.concatenate(([0], shares, [65536])))
        yield _Mean(np.arange(first, last + 1), weights, 65536)


def _sums(image: NDArray[Any], means: list[_Mean], axis: int) -> NDArray[np.uint64]:
    """Return [n, W, C] sums of weight times pixel along the first axis of an [H, W, C] image."""
    dtype = (np.uint32, np.uint64)[axis]
    return np.stack(
        [
            (image[mean.pixels] * mean.weights.astype(dtype)[:, None, None]).sum(0, dtype=dtype)
            for mean in means
        ]
    )
