"""max_pool -> maxpool2d."""

from compilers.op_parts.window import Window
from compilers.xmodel.rectifier import add_rectified
from compilers.xmodel.scope import Scope
from compilers.xmodel.windows import window_attributes
from zoo.errors import UnsupportedOpError
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """The fix behind it changes nothing; the DPU's pool wants one."""
    window = Window.from_node(node)
    if window.dilations != (1, 1):
        raise UnsupportedOpError(
            f"node '{node.name}' (max_pool): has dilations {window.dilations}; an .xmodel has "
            "pools without: take dilation 1"
        )
    attributes = {**window_attributes(window), "global": False}
    add_rectified(scope, node, "maxpool2d", {"input": (scope.read(node.inputs[0]),)}, attributes)
