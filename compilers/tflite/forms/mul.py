"""mul -> MUL."""

from compilers.tflite.clamps import add_clamped
from compilers.tflite.scope import Scope, refuse
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """Inputs and output have scales of their own; constants broadcast."""
    grid = scope.graph.tensors[node.output].quantization
    if grid is not None and grid.rounding == "half_up":
        refuse(
            node,
            "its products are rounded half up, LiteRT's MUL rounds them half to even",
            "quantize by another scheme, such as w8a8-asym",
        )
    operands = [scope.operand(node, name) for name in node.inputs]
    add_clamped(scope, node, "MUL", operands, "MulOptions")
