"""reshape -> reshape, in the Graph's order of values where height and width are left."""

import math

from compilers.xmodel.axes import CHANNELS_FIRST, CHANNELS_LAST, moved
from compilers.xmodel.scope import Scope, nhwc_shape
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """NHWC and NCHW hold the values in one order where there is one pixel, or one channel.

    Else a transpose goes before or behind, which runs on the CPU.
    """
    name, op = scope.name_of(node.output), scope.read(node.inputs[0])
    output = scope.graph.tensors[node.output].shape
    if _order_matters(scope.shape(op)):
        op = moved(scope, scope.new_name(f"{name}.channels_first"), op, CHANNELS_FIRST)
    target = nhwc_shape(output)
    if not _order_matters(target):
        scope.bind(node.output, _reshaped(scope, name, op, target))
        return
    planar = (1, *(int(size) for size in output[1:]))
    op = _reshaped(scope, scope.new_name(f"{name}.channels_first"), op, planar)
    scope.bind(node.output, moved(scope, name, op, CHANNELS_LAST))


def _order_matters(shape_nhwc: tuple[int, ...]) -> bool:
    pixels, channels = math.prod(shape_nhwc[1:-1]), shape_nhwc[-1]
    return len(shape_nhwc) == 4 and pixels > 1 and channels > 1


def _reshaped(scope: Scope, name: str, op: str, shape: tuple[int, ...]) -> str:
    return scope.add(name, "reshape", shape, {"input": (op,)}, {"shape": shape})
