"""The KPU: what one layer computes, from its registers and parameters alone.

For each output channel and pixel, with x and w of 8 bits without sign, over the kernel's window and
the input channels (only its own one if the layer is depthwise):

    sum = sum(x * w) + (x_factor * sum(x) >> x_shift) + (w_factor * sum(w) >> w_shift)
          + constant * input channels
    v = (sum * multiplier >> shift) + offset                                         batch norm
    y = clip(round((v - start) * multiplier / 2**shift) + offset, 0, 255)            activation

of the last segment with v > start. The window moves by one pixel over an image that is padded with
`pad_value`; then a pool follows. Source: the simulator of nncase 0.2 in the K210 standalone SDK
(lib/nncase/v0/include/kernels/k210/k210_kernels.h), whose rounding adds the sign to a negative
product's floor.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.kmodel.kmodel import Convolution
from compilers.kmodel.parameters import BatchNorm, Segment
from compilers.kmodel.pools import POOLS, PoolType
from compilers.kmodel.registers import KpuLayer

__all__ = ["convolve"]

_Bytes = NDArray[np.uint8]
_Longs = NDArray[np.int64]


def convolve(node: Convolution, image: _Bytes) -> _Bytes:
    """Return the output [K, Ho, Wo] of a layer. image: [C, H, W].

    Raises ValueError for registers that contradict each other.
    """
    layer = node.layer
    _check(layer)
    sums = _normalized(_sums(layer, _weights(node), image.astype(np.float64)), node.norms)
    return _pooled(_activated(sums, node.segments), POOLS[layer.pool_type])


def _check(layer: KpuLayer) -> None:
    if layer.depthwise and layer.input_channels != layer.output_channels:
        raise ValueError(
            f"it is depthwise with {layer.input_channels} input and {layer.output_channels} output "
            "channels; both must be the same"
        )
    if layer.depthwise and layer.pool_type:
        raise ValueError(f"it is depthwise with pool type {layer.pool_type}; allowed is 0")
    if layer.pool_type not in POOLS:
        raise ValueError(f"its pool type is {layer.pool_type}; known are 0 to {max(POOLS)}")
    stride = POOLS[layer.pool_type].stride
    stated = layer.output_height, layer.output_width
    computed = layer.input_height // stride, layer.input_width // stride
    if stated != computed:
        raise ValueError(f"its registers state an output of {stated}, it computes {computed}")
    if layer.bypass_convolution or layer.full_add or layer.first_stride:
        raise ValueError("it uses bypass, full add or a first stride, which are not documented")


def _weights(node: Convolution) -> NDArray[np.float64]:
    """Return [K, C, k, k], C = 1 if depthwise."""
    layer = node.layer
    if len(node.weights) != layer.weights_count:
        raise ValueError(
            f"it has {len(node.weights)} bytes of weights for {layer.weights_count} weights; only "
            "8-bit ones are computed here"
        )
    size = layer.kernel_size
    shape = layer.output_channels, -1, size, size
    return np.frombuffer(node.weights, np.uint8).reshape(shape).astype(np.float64)


def _sums(layer: KpuLayer, weights: NDArray[np.float64], image: NDArray[np.float64]) -> _Longs:
    """Return the sums [K, H, W]. All products and sums are exact in float64."""
    size, (channels, height, width) = layer.kernel_size, image.shape
    margin = (size // 2, size // 2)
    padded = np.pad(image, ((0, 0), margin, margin), constant_values=layer.pad_value)
    products = np.zeros((layer.output_channels, height, width))
    of_x = np.zeros((channels if layer.depthwise else 1, height, width))
    for i, j in np.ndindex(size, size):
        seen = padded[:, i : i + height, j : j + width]
        if layer.depthwise:
            products += weights[:, 0, i, j, None, None] * seen
            of_x += seen
        else:
            products += np.tensordot(weights[:, :, i, j], seen, 1)
            of_x += seen.sum(axis=0)
    of_w = weights.sum(axis=(1, 2, 3)).astype(np.int64)[:, None, None]
    sums: _Longs = (
        products.astype(np.int64)
        + (layer.x_factor * of_x.astype(np.int64) >> layer.x_shift)
        + (layer.w_factor * of_w >> layer.w_shift)
        + layer.constant * (1 if layer.depthwise else layer.input_channels)
    )
    return sums


def _normalized(sums: _Longs, norms: Sequence[BatchNorm]) -> _Longs:
    columns = np.array(norms, np.int64).reshape(-1, 3, 1, 1)
    return (sums * columns[:, 0] >> columns[:, 1]) + columns[:, 2]


def _activated(values: _Longs, segments: Sequence[Segment]) -> _Bytes:
    table = np.array(segments, np.int64)
    start, multiplier, shift, offset = table.T
    chosen = np.full(values.shape, -1)
    for index, least in enumerate(start):
        chosen[values > least] = index
    if chosen.size and chosen.min() < 0:
        raise ValueError(f"no segment of its activation begins below {values.min()}")
    products = (values - start[chosen]) * multiplier[chosen]
    levels = _rounded(products, shift[chosen]) + offset[chosen]
    return np.asarray(levels.clip(0, 255), np.uint8)


def _rounded(products: _Longs, shift: _Longs) -> _Longs:
    """Return products / 2**shift, ties to even; negative ones as the SDK's simulator does."""
    shift = np.minimum(shift, 62)
    whole = products >> shift
    doubled = (products - (whole << shift)) << 1
    one = np.left_shift(np.int64(1), shift)
    is_up = (doubled > one) | ((doubled == one) & (whole & 1 == 1) & (shift > 0))
    return whole + np.where(is_up, np.where(products < 0, -1, 1), 0)


def _pooled(image: _Bytes, pool: PoolType) -> _Bytes:
    """Return the pooled image. Windows that reach over the border see its pixels or nothing."""
    height, width = (size // pool.stride for size in image.shape[1:])
    if pool.kind == "pick":
        picked = image[:, :: pool.stride, pool.column :: pool.stride]
        return picked[:, :height, :width]
    over = pool.size - pool.stride
    padded = np.pad(image, ((0, 0), (0, over), (0, over)), mode="edge")
    windows: NDArray[Any] = np.stack(
        [
            padded[:, i :: pool.stride, j :: pool.stride][:, :height, :width]
            for i in range(pool.size)
            for j in range(pool.size)
        ]
    )
    if pool.kind == "max":
        return np.asarray(windows.max(axis=0), np.uint8)
    return np.asarray(windows.sum(axis=0, dtype=np.int64) // pool.size**2, np.uint8)
