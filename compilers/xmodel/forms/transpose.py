"""transpose -> transpose, in the order that it has between NHWC images."""

from compilers.op_parts.node_attributes import integers
from compilers.xmodel.axes import CHANNELS_FIRST, CHANNELS_LAST, moved
from compilers.xmodel.scope import Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """From NHWC to NCHW, by the node's order, and back, in one."""
    order = integers(node, "permutation")
    if len(order) == 4:
        order = tuple(CHANNELS_FIRST[order[axis]] for axis in CHANNELS_LAST)
    op = scope.read(node.inputs[0])
    scope.bind(node.output, moved(scope, scope.name_of(node.output), op, order))
