"""Weights and biases of layers, as kernels read them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.c.kernel_view import KernelView
from compilers.op_parts.arithmetic import centred
from zoo.c_program import Constant

__all__ = [
    "DEPTH",
    "TILE",
    "bias_tiles",
    "filled",
    "is_packed",
    "kernel_of",
    "layer_bias",
    "layer_weights",
    "pack",
    "stored",
    "weight_tiles",
]

DEPTH = 4
"""Inputs of a channel that lie side by side in a tile."""

TILE = 16
"""Channels of a tile."""


def layer_weights(view: KernelView) -> NDArray[np.int64]:
    """Return q - z of the weights; refuses values beyond int8."""
    if view.inputs[1].data is None:
        view.refuse("its weight is computed", "export with the trained weights inside")
    weights = centred(view.inputs[1].data, view.inputs[1])
    if weights.min() < -128 or weights.max() > 127:
        view.refuse(
            f"weights minus their zero point reach from {weights.min()} to {weights.max()}",
            "only -128 to 127 can be stored: quantize weights symmetrically",
        )
    return weights


def layer_bias(view: KernelView) -> NDArray[Any]:
    """Return the bias [K] in steps of the sums; zeros if there is none."""
    if len(view.inputs) < 3:
        return np.zeros(int(view.inputs[1].shape[0]), np.int64)
    if view.inputs[2].data is None:
        view.refuse("its bias is computed", "export with the trained bias inside")
    shifts = np.array(view.node.integer.get("bias_shift", (0,)), np.int64)
    return np.left_shift(view.inputs[2].data.astype(np.int64), shifts)


def is_packed(view: KernelView) -> bool:
    """Whether the weights have four bits and are packed two to a byte."""
    grid = view.grid(view.inputs[1])
    return grid.bits <= 4 and grid.signed and not any(grid.zero_point)


def kernel_of(view: KernelView, name: str) -> str:
    """Return the kernel's name, with a suffix if it reads packed weights."""
    return f"{name}_w4" if is_packed(view) else name


def stored(view: KernelView, weights: NDArray[np.int64]) -> Constant:
    """Return the weights in the kernels' layout."""
    if is_packed(view):
        return view.constant("weights", "uint8_t", pack(weights))
    return view.constant("weights", "int8_t", weights)


def weight_tiles(rows: NDArray[np.int64], groups: int) -> NDArray[np.int64]:
    """Return [groups * K / 16, C / 4, 16, 4], with K (per group) and C padded with zeros.

    rows: [groups * K, C].
    """
    whole = filled(filled(rows.reshape(groups, -1, rows.shape[1]), 1, TILE), 2, DEPTH)
    return whole.reshape(-1, TILE, whole.shape[2] // DEPTH, DEPTH).swapaxes(1, 2)


def pack(weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return bytes with two weights each, the first in the low four bits, padded with 0.

    weights: -8 to 7.
    """
    pairs = filled(weights.reshape(-1), 0, 2).reshape(-1, 2) & 15
    packed: NDArray[np.int64] = pairs[:, 0] | pairs[:, 1] << 4
    return packed


def bias_tiles(bias: NDArray[np.int64], groups: int) -> NDArray[np.int64]:
    """Return [groups, K], with K padded with zeros. bias: [groups * K]."""
    return filled(bias.reshape(groups, -1), 1, TILE)


def filled(values: NDArray[np.int64], axis: int, multiple: int) -> NDArray[np.int64]:
    """Return values padded with zeros, so that the axis is a multiple of a size."""
    widths = [(0, 0)] * values.ndim
    widths[axis] = (0, -values.shape[axis] % multiple)
    return np.pad(values, widths)
