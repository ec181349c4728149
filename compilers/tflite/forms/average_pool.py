"""average_pool -> MEAN over a whole image; else AVERAGE_POOL_2D, or its sum as a convolution.

AVERAGE_POOL_2D keeps the scale of its input, so that another rounding would have to follow; a
DEPTHWISE_CONV_2D with weights 1 in steps of 1 / count rounds once.
"""

import math

import numpy as np

from compilers.op_parts.node_attributes import integer
from compilers.op_parts.window import Window
from compilers.ops.average_pool import divides_unevenly
from compilers.tflite.clamps import add_clamped
from compilers.tflite.scope import Scope, refuse
from compilers.tflite.windows import add_padding, window_settings
from zoo.graph import Node, Quantization

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """Pads count as pixels, or there are none."""
    window, image = Window.from_node(node), scope.graph.tensors[node.inputs[0]]
    if divides_unevenly(node) or "reciprocal" in node.attributes:
        refuse(
            node,
            "it does not divide by the number of pixels in its window",
            "take count_include_pad=True or no pads, and a scheme without factors of its own",
        )
    if window == Window(window.kernel) and window.kernel == image.shape[2:]:
        axes = scope.parameter(node, "axes", (1, 2))
        settings = {"keepDims": bool(integer(node, "keep_axes"))}
        inputs = [scope.read(image.name), axes]
        add_clamped(scope, node, "MEAN", inputs, "ReducerOptions", settings, fuses=False)
    elif image.quantization is None:
        _add_pool(scope, node, window)
    else:
        _add_sum(scope, node, window)


def _add_pool(scope: Scope, node: Node, window: Window) -> None:
    x, padding = add_padding(scope, node, window, as_pixels=True)
    height, width = window.kernel
    settings = {
        **window_settings(window),
        "padding": padding,
        "filterHeight": height,
        "filterWidth": width,
    }
    add_clamped(scope, node, "AVERAGE_POOL_2D", [x], "Pool2DOptions", settings)


def _add_sum(scope: Scope, node: Node, window: Window) -> None:
    x, padding = add_padding(scope, node, window)
    source, channels = scope.tensor(x).grid, scope.tensor(x).shape[-1]
    assert source is not None
    step = 1 / math.prod(window.kernel)
    weights = Quantization((step,) * channels, (0,) * channels, axis=3)
    scale = float(np.float32(source.scale[0]) * np.float32(step))
    sums = Quantization((scale,) * channels, weights.zero_point, bits=32, axis=0)
    ones = np.ones((1, *window.kernel, channels))
    inputs = [
        x,
        scope.constant(f"{node.output}.ones", ones, "int8", weights),
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
