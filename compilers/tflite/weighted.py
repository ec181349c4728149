"""Convolutions and dense layers, with their weights and biases as constants in the file."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import integer
from compilers.op_parts.arithmetic import centred
from compilers.op_parts.window import Window
from compilers.tflite.clamps import add_clamped
from compilers.tflite.even_widths import WIDE
from compilers.tflite.pixel_pairs import PixelPairs
from compilers.tflite.scope import Scope
from compilers.tflite.windows import add_padding, require_factor, window_settings
from zoo.graph import Quantization, Tensor
from zoo.lowering import NodeView

__all__ = ["lower_conv", "lower_dense"]

_LARGEST_INPUT = {8: 255, WIDE: 2**15}
"""Maximum of a value minus its zero point, by its bits."""
_SUM_BITS = {8: 32, WIDE: 48}
"""Of LiteRT's sums: of 64 bits, its MultiplyByQuantizedMultiplier takes 48."""


def lower_conv(scope: Scope, view: NodeView) -> None:
    """Add CONV_2D, or DEPTHWISE_CONV_2D if each group is one channel.

    Weights become [K, kh, kw, C], or [1, kh, kw, K] for a depthwise convolution. Integers with few
    channels are read as pairs of pixels.
    """
    image, weight = view.inputs[:2]
    channels, group = int(image.shape[-1]), integer(view.node, "group")
    window = Window.from_node(view.node, (int(weight.shape[2]), int(weight.shape[3])))
    x = scope.read(view)
    reads_bytes = scope.tensor(x).dtype == "int8" and group == 1
    pairs = PixelPairs.of(scope.tensor(x).shape, window) if reads_bytes else None
    if pairs is not None:
        x, window = pairs.add_image(scope, view, x), pairs.window
    x, padding = add_padding(scope, view, window, x)
    settings: dict[str, object] = {
        **window_settings(window),
        "padding": padding,
        "dilationHFactor": window.dilations[0],
        "dilationWFactor": window.dilations[1],
    }
    if group == channels > 1:
        code, options, order, axis = "DEPTHWISE_CONV_2D", "DepthwiseConv2DOptions", (1, 2, 3, 0), 3
        settings["depthMultiplier"] = int(weight.shape[0]) // channels
    else:
        code, options, order, axis = "CONV_2D", "Conv2DOptions", (0, 2, 3, 1), 0
    spread = pairs.spread if pairs else None
    inputs = [x, _add_weights(scope, view, order, axis, spread), _add_bias(scope, view)]
    add_clamped(scope, view, code, inputs, options, settings)


def lower_dense(scope: Scope, view: NodeView) -> None:
    """Add FULLY_CONNECTED: both formats have weights [K, C]."""
    x = scope.read(view)
    inputs = [x, _add_weights(scope, view, (0, 1), 0), _add_bias(scope, view)]
    add_clamped(scope, view, "FULLY_CONNECTED", inputs, "FullyConnectedOptions")


def _add_weights(
    scope: Scope,
    view: NodeView,
    order: Sequence[int],
    channel_axis: int,
    spread: Callable[[NDArray[Any]], NDArray[Any]] | None = None,
) -> int:
    """Add the weight [K, ...] with its axes in that order, centred for TFLite's zero point 0.

    channel_axis: of K in the result.  spread: reshapes the integers.
    """
    weight = view.inputs[1]
    if weight.data is None:
        view.refuse(f"its weight '{weight.name}' is computed", "export with trained weights inside")
    if weight.quantization is None:
        return scope.constant(weight.name, weight.data.transpose(order), "float32")
    integers = centred(weight.data, weight)
    if integers.min() < -128 or integers.max() > 127:
        view.refuse(
            f"weights minus their zero point reach from {integers.min()} to {integers.max()}",
            "only -128 to 127 can be stored: quantize weights symmetrically",
        )
    grid = _zero_centred(weight.quantization, channel_axis)
    stored = integers.transpose(order)
    return scope.constant(weight.name, spread(stored) if spread else stored, "int8", grid)


def _add_bias(scope: Scope, view: NodeView) -> int:
    """Add the bias [K], zeros if there is none.

    Integers are int32, for 16-bit inputs int64, in steps of s_in * s_w[k], regardless of the
    graph's bias steps.
    """
    x, weight, *biases = view.inputs
    bias = biases[0] if biases else None
    if bias is not None and bias.data is None:
        view.refuse(f"its bias '{bias.name}' is computed", "export with the trained bias inside")
    name = bias.name if bias else f"{view.output.name}.bias"
    data = np.zeros(int(weight.shape[0])) if bias is None else bias.data
    assert data is not None
    if x.quantization is None or weight.quantization is None:
        return scope.constant(name, data, "float32")
    shifts = np.array(view.node.integer.get("bias_shift", (0,)), np.int64)
    integers = np.left_shift(data.astype(np.int64), shifts)
    bits = x.quantization.bits
    _require_room(view, weight, integers, bits)
    scales = np.float32(x.quantization.scale[0]) * np.array(weight.quantization.scale, np.float32)
    grid = replace(_zero_centred(weight.quantization, 0), scale=tuple(scales.tolist()), bits=32)
    require_factor(view, grid)
    return scope.constant(name, integers, "int64" if bits == WIDE else "int32", grid)


def _require_room(view: NodeView, weight: Tensor, bias: NDArray[np.int64], bits: int) -> None:
    """Refuse sums that could exceed LiteRT's accumulators for some input of so many bits."""
    assert weight.data is not None
    rows = np.abs(centred(weight.data, weight)).reshape(len(bias), -1)
    largest = (np.abs(bias) + _LARGEST_INPUT[bits] * rows.sum(axis=1)).max()
    if largest >= 1 << (_SUM_BITS[bits] - 1):
        view.refuse(
            f"its sums over {rows.shape[1]} products may have more than {_SUM_BITS[bits]} bits",
            "split the layer, or quantize it again",
        )


def _zero_centred(grid: Quantization, axis: int) -> Quantization:
    zeros = (0,) * len(grid.scale)
    per_channel = axis if grid.axis is not None else None
    return replace(grid, signed=True, zero_point=zeros, axis=per_channel)
