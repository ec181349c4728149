"""Weights in the order in which the kernels of dense layers and convolutions read them.

Processors add four products uint8 * int8 to each of sixteen sums at once: four inputs of each of
sixteen channels lie side by side.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["DEPTH", "bias_tiles", "weight_tiles"]

DEPTH = 4  # inputs of a channel
_TILE = 16  # channels


def weight_tiles(rows: NDArray[np.int64], groups: int) -> NDArray[np.int64]:
    """Return [groups * K / 16, C / 4, 16, 4], K and C rounded up by zeros, K in each group.

    rows: [groups * K, C].
    """
    whole = _filled(_filled(rows.reshape(groups, -1, rows.shape[1]), 1, _TILE), 2, DEPTH)
    return whole.reshape(-1, _TILE, whole.shape[2] // DEPTH, DEPTH).swapaxes(1, 2)


def bias_tiles(bias: NDArray[np.int64], groups: int) -> NDArray[np.int64]:
    """Return [groups, K], K rounded up by zeros. bias: [groups * K]."""
    return _filled(bias.reshape(groups, -1), 1, _TILE)


def _filled(values: NDArray[np.int64], axis: int, multiple: int) -> NDArray[np.int64]:
    """Return values with zeros behind them, so that the axis is a multiple of some size."""
    widths = [(0, 0)] * values.ndim
    widths[axis] = (0, -values.shape[axis] % multiple)
    return np.pad(values, widths)
