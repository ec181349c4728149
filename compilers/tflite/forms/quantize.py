"""quantize -> QUANTIZE."""

from compilers.tflite.scope import Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """q = round(x / scale) + zero_point, saturated."""
    x = scope.read(node.inputs[0])
    scope.add("QUANTIZE", [x], scope.output(node.output), "QuantizeOptions")
