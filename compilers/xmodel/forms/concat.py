"""concat -> concat, and one fix for all."""

from compilers.op_parts.node_attributes import integer
from compilers.xmodel.rectifier import add_rectified
from compilers.xmodel.scope import Scope
from zoo.graph import Node

__all__ = ["lower"]

_NHWC_AXIS = {1: 3, 2: 1, 3: 2}


def lower(scope: Scope, node: Node) -> None:
    """The DPU copies bytes, so that inputs and output have one fix point."""
    axis = integer(node, "axis")
    if len(scope.graph.tensors[node.output].shape) == 4:
        axis = _NHWC_AXIS[axis]
    arguments = {"input": [scope.read(name) for name in node.inputs]}
    add_rectified(scope, node, "concat", arguments, {"axis": axis})
