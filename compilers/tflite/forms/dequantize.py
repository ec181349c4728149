"""dequantize -> DEQUANTIZE."""

from compilers.tflite.scope import Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """Reals are scale * (q - zero_point)."""
    x = scope.read(node.inputs[0])
    scope.add("DEQUANTIZE", [x], scope.output(node.output), "DequantizeOptions")
