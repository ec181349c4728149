"""softmax -> SOFTMAX."""

from compilers.op_parts.node_attributes import integer
from compilers.tflite.reals import add_function
from compilers.tflite.scope import NHWC_AXIS, Scope, refuse
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """Computed in reals, along the last axis of the file: channels of images."""
    axis, rank = integer(node, "axis"), len(scope.graph.tensors[node.output].shape)
    if (NHWC_AXIS[axis] if rank == 4 else axis) != rank - 1:
        refuse(
            node,
            f"it goes along axis {axis} of {rank}",
            "take axis 1 of images, else the last one: transpose before it",
        )
    add_function(scope, node, "SOFTMAX", options="SoftmaxOptions", settings={"beta": 1.0})
