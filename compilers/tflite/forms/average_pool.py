"""average_pool -> MEAN over a whole image; else AVERAGE_POOL_2D, or its sum as a convolution.

AVERAGE_POOL_2D keeps the scale of its input, so that another rounding would have to follow; a
DEPTHWISE_CONV_2D with weights 1 in steps of 1 / count rounds once. So it does where a scheme has
M / 2**S in place of 1 / count, with weights M in steps of 2**-S, and where means round half up,
which MEAN does not.
"""

import math

import numpy as np

from compilers.op_parts.node_attributes import integer, integers
from compilers.op_parts.window import Window
from compilers.ops.average_pool import divides_unevenly
from compilers.tflite.clamps import add_clamped
from compilers.tflite.scope import Scope, refuse
from compilers.tflite.weights import require_factor
from compilers.tflite.windows import add_padding, window_settings
from zoo.graph import Node, Quantization

__all__ = ["lower"]

_LEVEL_MAX = 127


def lower(scope: Scope, node: Node) -> None:
    """Pads count as pixels, or there are none."""
    window, image = Window.from_node(node), scope.graph.tensors[node.inputs[0]]
    _require_one_divisor(scope, node)
    is_whole = window == Window(window.kernel) and window.kernel == image.shape[2:]
    if is_whole and not _is_sum(scope, node):
        axes = scope.parameter(node, "axes", (1, 2))
        settings = {"keepDims": bool(integer(node, "keep_axes"))}
        inputs = [scope.read(image.name), axes]
        add_clamped(scope, node, "MEAN", inputs, "ReducerOptions", settings, fuses=False)
    elif image.quantization is None:
        _add_pool(scope, node, window)
    else:
        _add_sum(scope, node, window)


def _require_one_divisor(scope: Scope, node: Node) -> None:
    is_float = scope.graph.tensors[node.output].quantization is None
    if divides_unevenly(node) or (is_float and "reciprocal" in node.attributes):
        refuse(
            node,
            "it does not divide by the number of pixels in its window",
            "take count_include_pad=True or no pads, and factors of its own in integers only",
        )
    if "reciprocal" in node.attributes and not integer(node, "keep_axes"):
        refuse(
            node,
            "it multiplies by a factor of its own, and drops its axes",
            "keep the axes, and reshape behind it",
        )
    if _level(node, Window.from_node(node))[0] > _LEVEL_MAX:
        refuse(
            node,
            f"its factor {integers(node, 'reciprocal')[0]} has more than 7 bits",
            "take a scheme with mean_bits of 7 at most",
        )


def _is_sum(scope: Scope, node: Node) -> bool:
    grid = scope.graph.tensors[node.output].quantization
    half_up = grid is not None and grid.rounding == "half_up"
    return "reciprocal" in node.attributes or (half_up and bool(integer(node, "keep_axes")))


def _add_pool(scope: Scope, node: Node, window: Window) -> None:
    x, padding = add_padding(scope, node, window, scope.read(node.inputs[0]), as_pixels=True)
    height, width = window.kernel
    settings = {
        **window_settings(window),
        "padding": padding,
        "filterHeight": height,
        "filterWidth": width,
    }
    add_clamped(scope, node, "AVERAGE_POOL_2D", [x], "Pool2DOptions", settings)


def _add_sum(scope: Scope, node: Node, window: Window) -> None:
    x, padding = add_padding(scope, node, window, scope.read(node.inputs[0]))
    source, channels = scope.tensor(x).grid, scope.tensor(x).shape[-1]
    assert source is not None
    level, step = _level(node, window)
    weights = Quantization((step,) * channels, (0,) * channels, axis=3)
    scale = float(np.float32(source.scale[0]) * np.float32(step))
    sums = Quantization((scale,) * channels, weights.zero_point, bits=32, axis=0)
    require_factor(scope, node, sums)
    levels = np.full((1, *window.kernel, channels), level)
    inputs = [
        x,
        scope.constant(f"{node.output}.levels", levels, "int8", weights),
        scope.constant(f"{node.output}.bias", np.zeros(channels), "int32", sums),
    ]
    settings = {
        **window_settings(window),
        "padding": padding,
        "depthMultiplier": 1,
        "dilationHFactor": 1,
        "dilationWFactor": 1,
    }
    add_clamped(scope, node, "DEPTHWISE_CONV_2D", inputs, "DepthwiseConv2DOptions", settings)


def _level(node: Node, window: Window) -> tuple[int, float]:
    """Return every weight as an integer, and the step in which it stands."""
    if "reciprocal" not in node.attributes:
        return 1, 1 / math.prod(window.kernel)
    multiplier, shift = integers(node, "reciprocal")
    twos = (multiplier & -multiplier).bit_length() - 1
    return multiplier >> twos, 2.0 ** (twos - shift)
