"""conv -> CONV_2D, or DEPTHWISE_CONV_2D where each group is one channel."""

from compilers.op_parts.node_attributes import integer
from compilers.op_parts.window import Window
from compilers.tflite.clamps import add_clamped
from compilers.tflite.pixel_pairs import PixelPairs
from compilers.tflite.scope import Scope
from compilers.tflite.weights import add_bias, add_weights
from compilers.tflite.windows import add_padding, window_settings
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """Weights become [K, kh, kw, C], those of a depthwise convolution [1, kh, kw, K].

    Integers of few channels are read as pairs of pixels.
    """
    image, weight = (scope.graph.tensors[name] for name in node.inputs[:2])
    channels, group = int(image.shape[1]), integer(node, "group")
    window = Window.from_node(node, (int(weight.shape[2]), int(weight.shape[3])))
    x = scope.read(image.name)
    reads_integers = image.quantization is not None and group == 1
    pairs = PixelPairs.of(scope.tensor(x).shape, window) if reads_integers else None
    if pairs is not None:
        x, window = pairs.add_image(scope, node, x), pairs.window
    x, padding = add_padding(scope, node, window, x)
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
    inputs = [x, add_weights(scope, node, order, axis, spread), add_bias(scope, node)]
    add_clamped(scope, node, code, inputs, options, settings)
