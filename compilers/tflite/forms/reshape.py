"""reshape -> RESHAPE, in the Graph's order of values where height and width are left."""

import math

from compilers.tflite.scope import CHANNELS_FIRST, CHANNELS_LAST, Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """NHWC and NCHW hold the values in one order where there is one pixel, or one channel.

    Else a TRANSPOSE goes before or behind.
    """
    x, output = scope.read(node.inputs[0]), scope.output(node.output)
    target = scope.tensor(output).shape
    if _order_matters(scope.tensor(x).shape):
        shape = tuple(scope.tensor(x).shape[axis] for axis in CHANNELS_FIRST)
        first = scope.value(f"{node.output}.channels_first", shape, scope.tensor(x).grid)
        x = scope.add("TRANSPOSE", [x, scope.parameter(node, "first", CHANNELS_FIRST)], first)
    if not _order_matters(target):
        _add_reshape(scope, node, x, output)
        return
    planar = tuple(target[axis] for axis in CHANNELS_FIRST)
    image = scope.value(f"{node.output}.planar", planar, scope.tensor(output).grid)
    _add_reshape(scope, node, x, image)
    scope.add("TRANSPOSE", [image, scope.parameter(node, "last", CHANNELS_LAST)], output)


def _order_matters(shape_nhwc: tuple[int, ...]) -> bool:
    pixels, channels = math.prod(shape_nhwc[1:-1]), shape_nhwc[-1]
    return len(shape_nhwc) == 4 and pixels > 1 and channels > 1


def _add_reshape(scope: Scope, node: Node, x: int, output: int) -> None:
    shape = scope.tensor(output).shape
    inputs = [x, scope.parameter(node, "shape", shape)]
    scope.add("RESHAPE", inputs, output, "ReshapeOptions", {"newShape": shape})
