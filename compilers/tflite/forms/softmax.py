"""softmax -> SOFTMAX."""

from compilers.op_parts.node_attributes import integer
from compilers.tflite.functions import Function, add_function, is_stored_as
from compilers.tflite.scope import NHWC_AXIS, Scope, refuse
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """Along the last axis of the file: channels of images. Integers are in steps of 1/256."""
    axis, rank = integer(node, "axis"), len(scope.graph.tensors[node.output].shape)
    if (NHWC_AXIS[axis] if rank == 4 else axis) != rank - 1:
        refuse(
            node,
            f"it goes along axis {axis} of {rank}",
            "take axis 1 of images, else the last one: transpose before it",
        )
    function = Function("SOFTMAX", "SoftmaxOptions", {"beta": 1.0})
    add_function(scope, node, function, in_integers=is_stored_as(scope, node, 1 / 256, -128))
