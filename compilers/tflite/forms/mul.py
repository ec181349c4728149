"""mul -> MUL."""

from compilers.tflite.clamps import add_clamped
from compilers.tflite.scope import Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """Inputs and output have scales of their own; constants broadcast."""
    operands = [scope.operand(node, name) for name in node.inputs]
    add_clamped(scope, node, "MUL", operands, "MulOptions")
