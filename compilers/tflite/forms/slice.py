"""slice -> STRIDED_SLICE."""

from compilers.op_parts.node_attributes import integers
from compilers.tflite.scope import NHWC_AXIS, Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """Axes that are not cut go from 0 to their size."""
    x = scope.read(node.inputs[0])
    shape = scope.tensor(x).shape
    cuts = [(0, size, 1) for size in shape]
    given = (integers(node, name) for name in ("axes", "starts", "ends", "steps"))
    for axis, *cut in zip(*given, strict=True):
        cuts[NHWC_AXIS[axis] if len(shape) == 4 else axis] = (cut[0], cut[1], cut[2])
    parameters = zip(("begin", "end", "strides"), zip(*cuts, strict=True), strict=True)
    inputs = [x, *(scope.parameter(node, role, values) for role, values in parameters)]
    scope.add("STRIDED_SLICE", inputs, scope.output(node.output), "StridedSliceOptions")
