"""Resamples a turned region of a photo to a size, in integers only."""

import numpy as np
from numpy.typing import NDArray

from zoo.step import TurnedRegion

__all__ = ["resample"]

_TAPS_MAX = 8


def resample(
    image: NDArray[np.uint8],
    region: TurnedRegion,
    height: int,
    width: int,
    interpolation: str = "bilinear",
) -> NDArray[np.uint8]:
    """Return the region of an [H, W, C] image as [height, width, C].

    Each pixel of the result is the mean of K x k bilinear taps; k = K = 1 for 'bilinear'. For
    'antialiased', k is how many pixels of the photo a pixel of the result is wide, rounded: the
    largest of 1 to 8 for which

        4 (across_x^2 + across_y^2) >= (256 width (2 k - 1))^2,

    and K likewise for its height. The tap of column j of width k and row i of height K is at

        x = x0 + (across_x (2 j + 1)) // (2 width k) + (down_x (2 i + 1)) // (2 height K) - 128

    and y alike, in 1/256 pixel. With P[y // 256, x // 256] and its three neighbours to the right
    and below, the weights of x are 256 - x % 256 and x % 256, those of y alike:

        result = (sum of weight_y weight_x P + total // 2) // total,   total = 65536 k K

    where // rounds towards minus infinity and edge pixels are repeated beyond the image. So an
    upright region gives the pixels of `zoo.steps.sampling.resize`.
    """
    right, down = _taps_of(region, height, width, interpolation)
    columns, rows = 2 * np.arange(width * right) + 1, 2 * np.arange(height * down) + 1
    across_x, across_y = (
        side * columns // (2 * width * right) for side in (region.across_x_q8, region.across_y_q8)
    )
    down_x, down_y = (
        side * rows // (2 * height * down) for side in (region.down_x_q8, region.down_y_q8)
    )
    sums = np.zeros((height, width, image.shape[2]), np.int64)
    for i in range(down):
        for j in range(right):
            x_q8 = region.x0_q8 + across_x[j::right] + down_x[i::down, None] - 128
            y_q8 = region.y0_q8 + across_y[j::right] + down_y[i::down, None] - 128
            sums += _tap(image, x_q8, y_q8)
    total = 65536 * right * down
    return ((sums + total // 2) // total).astype(np.uint8)


def _taps_of(region: TurnedRegion, height: int, width: int, interpolation: str) -> tuple[int, int]:
    """Return how many taps a pixel has along its row and along its column."""
    if interpolation == "bilinear":
        return 1, 1
    across = region.across_x_q8**2 + region.across_y_q8**2
    down = region.down_x_q8**2 + region.down_y_q8**2
    return _taps(across, width), _taps(down, height)


def _taps(side_squared_q16: int, size: int) -> int:
    taps = 1
    while taps < _TAPS_MAX and 4 * side_squared_q16 >= (256 * size * (2 * taps + 1)) ** 2:
        taps += 1
    return taps


def _tap(
    image: NDArray[np.uint8], x_q8: NDArray[np.int64], y_q8: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return 65536 times the image between its pixels, [height, width, C]."""
    last_row, last_column = image.shape[0] - 1, image.shape[1] - 1
    upper, lower = ((y_q8 // 256 + n).clip(0, last_row) for n in (0, 1))
    left, right = ((x_q8 // 256 + n).clip(0, last_column) for n in (0, 1))
    to_lower, to_right = (y_q8 % 256)[..., None], (x_q8 % 256)[..., None]
    above = image[upper, left] * (256 - to_right) + image[upper, right] * to_right
    below = image[lower, left] * (256 - to_right) + image[lower, right] * to_right
    tap: NDArray[np.int64] = above * (256 - to_lower) + below * to_lower
    return tap
