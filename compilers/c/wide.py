"""Convolutions and dense layers that read 16 bits.

sum[k] = bias'[k] + sum((x + offset) * w[k])
bias'[k] = bias[k] * 2**bias_shift[k] - (z_in + offset) * sum(w[k])

The offset turns uint16 into int16, so that a product has 23 bits and 32-bit sums hold 256 of
them. Whole sums and bias' have 64 bits.
"""

import numpy as np

from compilers.c.kernel_view import KernelView
from compilers.c.layer_weights import TILE, filled, kernel_of, layer_bias, layer_weights, stored
from compilers.c.rescaling import reach, wide_per_channel
from compilers.c.windows import Window
from zoo.c_program import Call, Setting

__all__ = ["wide_conv"]

_MIDDLE = 1 << 15  # uint16 minus this is int16
_PATCH_ELEMENT_BYTES = 2


def wide_conv(view: KernelView, window: Window, groups: int = 1) -> Call:
    """Return the call of a convolution, or of a dense layer on a one-pixel image."""
    weights, bias, grid = layer_weights(view), layer_bias(view), view.input_grid
    channels = len(weights)
    rows = (np.moveaxis(weights, 1, -1) if weights.ndim == 4 else weights).reshape(channels, -1)
    offset = 0 if grid.signed else -_MIDDLE
    folded = bias - (grid.zero_point[0] + offset) * rows.sum(axis=1)
    bounds = np.abs(bias) + np.abs(rows).sum(axis=1) * reach(grid)
    patch_size = rows.shape[1]
    tiles = filled(rows.reshape(groups, -1, patch_size), 1, TILE)
    tiles = tiles.reshape(-1, TILE, patch_size).swapaxes(1, 2)
    settings: dict[str, Setting] = {
        "window": window,
        "input_zero_point": grid.zero_point[0],
        "outputs": channels,
        "groups": groups,
        "patch_size": patch_size,
        "weights": stored(view, tiles),
        "bias": view.constant("bias", "int64_t", filled(folded.reshape(groups, -1), 1, TILE)),
        "rescale": {**wide_per_channel(view, bounds.tolist()), "pairs_fit": 0},
    }
    return view.call(
        kernel_of(view, "conv_wide"),
        settings,
        [view.operand(0)],
        scratch_bytes=patch_size * _PATCH_ELEMENT_BYTES,
    )
