"""Convolutions and dense layers.

sum[k] = bias'[k] + sum((x + offset) * w[k])
bias'[k] = bias[k] * 2**bias_shift[k] - (z_in + offset) * sum(w[k])

where pads hold z_in, so the kernels subtract no zero points. The kernel's offset, 0 or +-128, lets
it read int8 as uint8 or the reverse.

Processors add four products uint8 * int8 to each of sixteen sums at once. So the kernels of dense
layers and convolutions read tiles with four inputs of each of sixteen channels side by side.
Four-bit weights are packed two to a byte, the first in the low bits, as ONNX stores them.

Layers that read 16 bits are in compilers.c.wide, except depthwise ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from compilers.c.kernel_view import KernelView, Steps
from compilers.c.layer_weights import (
    DEPTH,
    bias_tiles,
    filled,
    is_packed,
    kernel_of,
    layer_bias,
    layer_weights,
    stored,
    weight_tiles,
)
from compilers.c.rescaling import per_channel, reach, two_stage
from compilers.c.storage import c_type, is_wide, sizes
from compilers.c.wide import wide_conv
from compilers.c.windows import Window, pixel_window, window_settings
from compilers.op_parts.arguments import integer, integers
from zoo.c_program import Call, Setting, element_bytes
from zoo.fixed_point import TWO_STAGE

__all__ = ["lower_conv", "lower_dense"]

_INT32_MAX = 2**31 - 1
_MIDDLE = 128  # uint8 minus this is int8
_MAX_LINES = 11  # of a patch whose inputs are not gathered
_PAST_LINE = 4  # bytes that a kernel may read behind a line
_PIXELS = 7  # computed at once by the kernel, each from its own patch


@dataclass(frozen=True)
class _Sums:
    """Integer constants of a layer. weights: [K, ...] int8, centred.  bias: [K], bias' above.

    added_last: [K], the bias itself if sums are stored in two stages; bias' is then without it.
    """

    weights: NDArray[np.int64]
    bias: NDArray[np.int64]
    bounds: NDArray[np.int64]
    added_last: NDArray[np.int64] | None


def lower_dense(view: KernelView) -> Steps:
    """Lower y[k] = sum(x[c] * w[k, c]) to 'dense', or to 'conv' of a one-pixel image."""
    (inputs,) = sizes(view.inputs[0].shape)
    if is_wide(view.inputs[0]):
        yield wide_conv(view, pixel_window(inputs))
        return
    yield _conv(view, pixel_window(inputs)) if inputs % DEPTH else _dense(view, 1)


def lower_conv(view: KernelView) -> Steps:
    """Lower to 'dense' on every pixel, to 'depthwise', or to 'conv'."""
    node, weight = view.node, view.inputs[1].shape
    height, width, channels = sizes(view.inputs[0].shape)
    group = integer(node, "group")
    plain = integers(node, "strides") == (1, 1) and not any(integers(node, "pads"))
    if group == channels == weight[0] and group > 1:
        yield _depthwise(view)
    elif is_wide(view.inputs[0]):
        yield wide_conv(view, _window(view), group)
    elif group == 1 and plain and weight[2:] == (1, 1) and channels % DEPTH == 0:
        yield _dense(view, height * width)
    else:
        yield _conv(view, _window(view), group)


def _dense(view: KernelView, rows: int) -> Call:
    offset = _to_unsigned(view)
    sums = _sums(view, offset)
    weights = sums.weights.reshape(len(sums.weights), -1)
    outputs, inputs = weights.shape
    settings = {
        "rows": rows,
        "inputs": inputs,
        "outputs": outputs,
        "weights": stored(view, weight_tiles(weights, 1)),
        **_storing(view, sums, bias_tiles(sums.bias, 1)),
    }
    return view.call(kernel_of(view, "dense"), settings, [view.operand(0)])


def _depthwise(view: KernelView) -> Call:
    taps = layer_weights(view)[:, 0].transpose(1, 2, 0)  # kh kw C
    window = _window(view)
    if not is_wide(view.inputs[0]) and _is_3x3(window) and _pairs_fit(taps):
        kernel, offset, scratch_bytes = "depthwise_3x3", _to_signed(view), _wide_bytes(window)
    else:
        unpacked_bytes = taps.size if is_packed(view) else 0
        pixel_bytes = taps.shape[2] * element_bytes(c_type(view.inputs[0]))
        kernel, offset, scratch_bytes = "depthwise", 0, pixel_bytes + unpacked_bytes
    sums = _sums(view, offset)
    settings = {
        "window": window,
        "input_zero_point": view.input_grid.zero_point[0],
        "weights": stored(view, taps),
        **_storing(view, sums, sums.bias),
    }
    return view.call(
        kernel_of(view, kernel), settings, [view.operand(0)], scratch_bytes=scratch_bytes
    )


def _is_3x3(window: Window) -> bool:
    kernel = window["kernel_height"], window["kernel_width"]
    return kernel == (3, 3) and window["dilation_y"] == window["dilation_x"] == 1


def _pairs_fit(taps: NDArray[np.int64]) -> bool:
    """Whether the sum of two int8 products fits 16 bits, as all except two (-128)**2 do."""
    nine = taps.reshape(9, -1)
    return int((nine[0:8:2] + nine[1:8:2]).min()) > 2 * np.iinfo(np.int8).min


def _wide_bytes(window: Window) -> int:
    """Return the scratch of a 3 x 3 depthwise layer: weights and three padded rows in 16 bits."""
    width = (window["output_width"] - 1) * window["stride_x"] + 3
    return 2 * window["channels"] * (9 + 3 * width)


def _conv(view: KernelView, window: Window, groups: int = 1) -> Call:
    sums = _sums(view, _to_unsigned(view))
    channels = len(sums.weights)
    height = window["kernel_height"]
    lines = np.moveaxis(sums.weights, 1, -1).reshape(channels, height, -1)  # K, kh, kw * C / group
    patches = filled(lines, 2, DEPTH).reshape(channels, -1)
    patch_size = patches.shape[1]
    pixels = prod(sizes(view.output.shape)[:-1])
    settings = {
        "window": window,
        "input_zero_point": view.input_grid.zero_point[0],
        "outputs": channels,
        "groups": groups,
        "patch_size": patch_size,
        "weights": stored(view, weight_tiles(patches, groups)),
        **_storing(view, sums, bias_tiles(sums.bias, groups)),
    }
    if groups == 1 and window["dilation_y"] == window["dilation_x"] == 1 and height <= _MAX_LINES:
        width = (window["output_width"] - 1) * window["stride_x"] + window["kernel_width"]
        kernel, scratch_bytes = "conv", height * (width * window["channels"] + _PAST_LINE)
    else:
        kernel, scratch_bytes = "conv_gathered", min(pixels, _PIXELS) * patch_size
    return view.call(
        kernel_of(view, kernel), settings, [view.operand(0)], scratch_bytes=scratch_bytes
    )


def _to_unsigned(view: KernelView) -> int:
    """Return the input offset of 'dense' and 'conv', since processors multiply uint8 by int8."""
    return _MIDDLE if c_type(view.inputs[0]) == "int8_t" else 0


def _to_signed(view: KernelView) -> int:
    """Return the input offset of 'depthwise_3x3', which makes products smaller."""
    return -_MIDDLE if c_type(view.inputs[0]) == "uint8_t" else 0


def _window(view: KernelView) -> Window:
    height, width = (int(size) for size in view.inputs[1].shape[2:])
    return window_settings(view, (height, width))


def _storing(view: KernelView, sums: _Sums, bias: NDArray[np.int64]) -> Mapping[str, Setting]:
    if sums.added_last is None:
        rescale = per_channel(view, sums.bounds.tolist())
    else:
        rescale = two_stage(view, sums.added_last)
    pairs_fit = int(sums.weights.min() > np.iinfo(np.int8).min)
    rescale = {**rescale, "pairs_fit": pairs_fit}
    return {"bias": view.constant("bias", "int32_t", bias), "rescale": rescale}


def _sums(view: KernelView, offset: int) -> _Sums:
    """Return the layer's constants; refuses sums beyond int32.

    offset: added to the stored inputs by the kernel.
    """
    weights = layer_weights(view)
    rows = weights.reshape(len(weights), -1)
    grid, bias = view.input_grid, layer_bias(view)
    added_last = None
    if view.output_grid.rounding == TWO_STAGE:
        added_last, bias = bias, np.zeros_like(bias)
    folded = bias - (grid.zero_point[0] + offset) * rows.sum(axis=1)
    magnitudes = np.abs(rows).sum(axis=1)
    largest = max(abs(grid.qmin + offset), abs(grid.qmax + offset))
    if (np.abs(folded) + magnitudes * largest).max() > _INT32_MAX:
        view.refuse(
            f"its sums over {prod(rows.shape[1:])} products may have more than 32 bits",
            "split the layer, or quantize the bias with the scale input * weight",
        )
    bounds = np.abs(bias) + magnitudes * reach(grid)
    return _Sums(weights, folded, bounds, added_last)
