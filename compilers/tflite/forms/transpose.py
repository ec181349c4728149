"""transpose -> TRANSPOSE, in the order that it has between NHWC images."""

from compilers.op_parts.node_attributes import integers
from compilers.tflite.scope import CHANNELS_LAST, NHWC_AXIS, Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """Axis i of the output is axis order[i] of the input."""
    order = integers(node, "permutation")
    if len(order) == 4:
        order = tuple(NHWC_AXIS[order[axis]] for axis in CHANNELS_LAST)
    inputs = [scope.read(node.inputs[0]), scope.parameter(node, "order", order)]
    scope.add("TRANSPOSE", inputs, scope.output(node.output), "TransposeOptions")
