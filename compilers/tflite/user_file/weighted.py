"""Convolutions and dense layers.

Letters: K output channels, C input channels, h and w of the kernel.
"""

from collections.abc import Callable, Mapping, Sequence
from math import prod
from types import MappingProxyType

import numpy as np

from compilers.tflite.user_file.operation import Operation

__all__ = ["OPERATORS"]

_SAME, _VALID = 0, 1
_BIAS, _ROW_AXES = 2, 2


def _conv(op: Operation) -> None:
    """CONV_2D: weight [K, h, w, C / group] to [K, C / group, h, w]."""
    weight = _weight(op, 1)
    laid = op.weight(1, weight.transpose(0, 3, 1, 2), 0)
    _convolve(op, laid, weight.shape[1:3], _groups(op, weight.shape[3]))


def _depthwise_conv(op: Operation) -> None:
    """DEPTHWISE_CONV_2D: weight [1, h, w, K] to [K, 1, h, w], each group one channel."""
    weight = _weight(op, 1)
    laid = op.weight(1, weight.transpose(3, 0, 1, 2), 0)
    _convolve(op, laid, weight.shape[1:3], _groups(op, 1))


def _weight(op: Operation, index: int) -> np.ndarray:
    """Return the weight of a layer; refuses one of another kind of number than the layer's."""
    weight = op.constant(index, "weight")
    quantized = op.is_quantized(index) and weight.dtype.kind in "iu"
    if op.is_quantized() != quantized:
        raise op.refusal(
            "its weight is quantized, what it reads is not, so that LiteRT quantizes each input "
            "while it runs"
            if quantized
            else "its input is quantized, its weight is not",
            "convert the network in float, or with a representative data set so that all is int8",
        )
    return weight


def _groups(op: Operation, channels_of_group: int) -> int:
    channels = op.shape()[-1]
    if len(op.shape()) != 4 or channels_of_group < 1 or channels % channels_of_group:
        raise op.refusal(
            f"it convolves {list(op.shape())} with {channels_of_group} channels",
            "the file is damaged: convert the network again",
        )
    return channels // channels_of_group


def _convolve(op: Operation, weight: str, kernel: Sequence[int], group: int) -> None:
    dilations = op.option("dilation_h_factor"), op.option("dilation_w_factor")
    extent = [(taps - 1) * step + 1 for taps, step in zip(kernel, dilations, strict=True)]
    window = window_settings(op, extent)
    inputs = (op.value(), weight, *_bias(op, _BIAS))
    op.give(op.add("Conv", *inputs, **window, group=group, dilations=dilations))


def window_settings(op: Operation, extent: Sequence[int]) -> Mapping[str, tuple[int, ...]]:
    """Return strides and pads of a window over an image; the odd pad is at the end.

    extent: rows and columns from the first to the last tap, inclusive.
    """
    strides = op.option("stride_h"), op.option("stride_w")
    if min(strides) < 1:
        raise op.refusal(f"its strides are {strides}", "the file is damaged: convert it again")
    begin, end = [0, 0], [0, 0]
    if is_same(op):
        for axis, size in enumerate(op.shape()[1:3]):
            steps = -(-size // strides[axis]) - 1
            total = max(steps * strides[axis] + extent[axis] - size, 0)
            begin[axis], end[axis] = total // 2, total - total // 2
    return {"strides": strides, "pads": (*begin, *end)}


def is_same(op: Operation) -> bool:
    """Whether the op's padding is SAME, not VALID."""
    kind = op.option("padding")
    if kind not in (_SAME, _VALID):
        raise op.refusal(f"its padding has the number {kind}", "use SAME or VALID")
    return kind == _SAME


def _bias(op: Operation, index: int, image: int = 0) -> list[str]:
    """Return the bias [K]; integers are in steps of s_in * s_w[k], as LiteRT sums them."""
    if not op.has(index):
        return []
    bias = op.constant(index, "bias").reshape(-1)
    if not op.is_quantized(image):
        return [op.weight(index, bias, 0)]
    if bias.dtype != np.int32:
        raise op.refusal(f"its bias is {bias.dtype}", "quantize biases to INT32")
    steps = np.float32(op.scales(image)[0]) * np.array(op.scales(1), np.float32)
    scale = op.parameter("bias.scale", steps if len(steps) > 1 else steps[0], np.float32)
    integers = op.parameter("bias", bias, np.int32)
    return [op.add("DequantizeLinear", integers, scale, axis=0)]


def _transpose_conv(op: Operation) -> None:
    """TRANSPOSE_CONV: weight [K, h, w, C] to [C, K, h, w]; inputs are size, weight, image, bias.

    SAME pads are those of the convolution from the output to the input.
    """
    weight = op.constant(1, "weight")
    if op.is_quantized(2) != op.is_quantized(1) or weight.ndim != 4 or len(op.shape(2)) != 4:
        raise op.refusal(
            "either its image or its weight is quantized, or one has not four axes",
            "convert the network in float, or with all of it in int8",
        )
    strides = op.option("stride_h"), op.option("stride_w")
    begin, end, extra = zip(*_cuts(op, weight.shape[1:3], strides), strict=True)
    result = op.add(
        "ConvTranspose",
        op.value(2),
        op.weight(1, weight.transpose(3, 0, 1, 2), 1),
        *_bias(op, 3, image=2),
        strides=strides,
        pads=(*begin, *end),
        output_padding=extra,
    )
    op.give(result)


def _cuts(
    op: Operation, kernel: Sequence[int], strides: Sequence[int]
) -> list[tuple[int, int, int]]:
    """Return for height and width what is cut off before and behind, and rows added behind."""
    found = []
    sizes, outputs = op.shape(2)[1:3], op.output_shape()[1:3]
    for size, output, taps, stride in zip(sizes, outputs, kernel, strides, strict=True):
        if stride < 1:
            raise op.refusal(f"its stride is {stride}", "convert the network again")
        total = max((-(-output // stride) - 1) * stride + taps - output, 0)
        before = total // 2 if is_same(op) else 0
        behind = (size - 1) * stride + taps - before - output
        found.append((before, max(behind, 0), max(-behind, 0)))
    return found


def _dense(op: Operation) -> None:
    """FULLY_CONNECTED: weight [K, C]; without keep_num_dims all axes but C are joined.

    Rows within a sample are the pixels of an image.
    """
    weight = _weight(op, 1)
    if op.option("weights_format") or weight.ndim != 2:
        raise op.refusal(
            f"its weight has the format {op.option('weights_format')} and {weight.ndim} axes",
            "convert the network with plain weights",
        )
    shape, (units, channels) = op.shape(), weight.shape
    rows = prod(shape) // max(channels, 1)
    if len(op.output_shape()) != _ROW_AXES:
        pixels = shape[0], rows // shape[0], 1
        image = op.reshaped(op.value(), shape, (*pixels, channels))
        kernel = op.weight(1, weight[:, :, None, None], 0)
        result = op.add("Conv", image, kernel, *_bias(op, _BIAS))
        op.give(op.reshaped(result, (*pixels, units), op.output_shape()))
        return
    x = op.reshaped(op.value(), shape, (rows, channels))
    op.give(op.add("Gemm", x, op.weight(1, weight, 0), *_bias(op, _BIAS), transB=1))


OPERATORS: Mapping[str, Callable[[Operation], None]] = MappingProxyType(
    {
        "CONV_2D": _conv,
        "DEPTHWISE_CONV_2D": _depthwise_conv,
        "FULLY_CONNECTED": _dense,
        "TRANSPOSE_CONV": _transpose_conv,
    }
)
