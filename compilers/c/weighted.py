"""Convolutions and dense layers.

sum[k] = bias'[k] + sum(x * w[k]) with bias'[k] = bias[k] * 2**bias_shift[k] - z_in * sum(w[k]),
where pads hold z_in: the kernels multiply the stored integers, without subtracting zero points.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.c.node_view import NodeView, Steps
from compilers.c.rescaling import per_channel
from compilers.c.storage import sizes
from compilers.c.window import window_settings
from compilers.op_parts.affine import centred
from compilers.op_parts.node_attributes import integer, integers
from zoo.c_program import Setting
from zoo.graph import Shape

__all__ = ["lower_conv", "lower_dense"]

_INT32_MAX = 2**31 - 1
_PIXELS = 4  # that the kernel computes at once, each from its own patch
_PATCH_MULTIPLE = 16


@dataclass(frozen=True)
class _Sums:
    """Integer constants of a layer. weights: [K, ...] int8, centred.  bias: [K], bias' above."""

    weights: NDArray[np.int64]
    bias: NDArray[np.int64]
    bounds: NDArray[np.int64]


def lower_dense(view: NodeView) -> Steps:
    """Lower y[k] = sum(x[c] * w[k, c])."""
    yield view.call("dense", _dense_settings(view, 1), [view.operand(0)])


def lower_conv(view: NodeView) -> Steps:
    """Lower to 'dense' on every pixel, to 'depthwise', or to 'conv'."""
    node, weight = view.node, view.inputs[1].shape
    channels, height, width = sizes(view.inputs[0].shape)
    group = integer(node, "group")
    plain = integers(node, "strides") == (1, 1) and not any(integers(node, "pads"))
    if group == 1 and plain and weight[2:] == (1, 1):
        yield view.call("dense", _dense_settings(view, height * width), [view.operand(0)])
    elif group == channels == weight[0] and group > 1:
        kernel = "depthwise_3x3" if weight[2:] == (3, 3) else "depthwise"
        settings = _depthwise_settings(view)
        yield view.call(kernel, settings, [view.operand(0)], scratch_bytes=channels)
    else:
        patch_size = _patch_size(weight)
        settings = _conv_settings(view, patch_size)
        yield view.call("conv", settings, [view.operand(0)], scratch_bytes=_PIXELS * patch_size)


def _dense_settings(view: NodeView, rows: int) -> Mapping[str, Setting]:
    sums = _sums(view)
    outputs, inputs = sums.weights.reshape(len(sums.weights), -1).shape
    return {
        "rows": rows,
        "inputs": inputs,
        "outputs": outputs,
        "weights": view.constant("weights", "int8_t", sums.weights.reshape(outputs, inputs)),
        **_storing(view, sums),
    }


def _depthwise_settings(view: NodeView) -> Mapping[str, Setting]:
    sums = _sums(view)
    taps = sums.weights[:, 0].transpose(1, 2, 0)  # kh kw C
    return {
        "window": _window(view),
        "input_zero_point": view.input_grid.zero_point[0],
        "weights": view.constant("weights", "int8_t", taps),
        **_storing(view, sums),
    }


def _patch_size(weight: Shape) -> int:
    """Return kh * kw * C / group, rounded up to what processors multiply at once."""
    taps = prod(int(size) for size in weight[1:])
    return -(-taps // _PATCH_MULTIPLE) * _PATCH_MULTIPLE


def _conv_settings(view: NodeView, patch_size: int) -> Mapping[str, Setting]:
    sums = _sums(view)
    channels = len(sums.weights)
    patches = sums.weights.transpose(0, 2, 3, 1).reshape(channels, -1)  # K, kh * kw * C / group
    padded = np.pad(patches, ((0, 0), (0, patch_size - patches.shape[1])))
    return {
        "window": _window(view),
        "input_zero_point": view.input_grid.zero_point[0],
        "outputs": channels,
        "groups": integer(view.node, "group"),
        "patch_size": patch_size,
        "weights": view.constant("weights", "int8_t", padded),
        **_storing(view, sums),
    }


def _window(view: NodeView) -> Mapping[str, Setting]:
    height, width = (int(size) for size in view.inputs[1].shape[2:])
    return window_settings(view, (height, width))


def _storing(view: NodeView, sums: _Sums) -> Mapping[str, Setting]:
    return {
        "bias": view.constant("bias", "int32_t", sums.bias),
        "rescale": per_channel(view, sums.bounds.tolist()),
    }


def _sums(view: NodeView) -> _Sums:
    """Return the layer's constants; refuses what the kernels' types cannot hold."""
    if view.inputs[1].data is None:
        view.refuse("its weight is computed", "export with the trained weights inside")
    weights = centred(view.inputs[1].data, view.inputs[1])
    if weights.min() < -128 or weights.max() > 127:
        view.refuse(
            f"weights minus their zero point reach from {weights.min()} to {weights.max()}",
            "only -128 to 127 can be stored: quantize weights symmetrically",
        )
    rows = weights.reshape(len(weights), -1)
    grid, bias = view.input_grid, _bias(view, len(weights))
    folded = bias - grid.zero_point[0] * rows.sum(axis=1)
    magnitudes = np.abs(rows).sum(axis=1)
    largest = max(abs(grid.qmin), abs(grid.qmax))
    if (np.abs(folded) + magnitudes * largest).max() > _INT32_MAX:
        view.refuse(
            f"its sums over {prod(rows.shape[1:])} products may have more than 32 bits",
            "split the layer, or quantize the bias with the scale input * weight",
        )
    reach = max(grid.qmax - grid.zero_point[0], grid.zero_point[0] - grid.qmin)
    return _Sums(weights, folded, np.abs(bias) + magnitudes * reach)


def _bias(view: NodeView, channels: int) -> NDArray[Any]:
    if len(view.inputs) < 3:
        return np.zeros(channels, np.int64)
    if view.inputs[2].data is None:
        view.refuse("its bias is computed", "export with the trained bias inside")
    shifts = np.array(view.node.integer.get("bias_shift", (0,)), np.int64)
    return np.left_shift(view.inputs[2].data.astype(np.int64), shifts)
