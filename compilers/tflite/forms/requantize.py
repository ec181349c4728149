"""requantize -> QUANTIZE, from integers to integers."""

from compilers.tflite.clamps import add_clamped
from compilers.tflite.scope import Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """The value is rounded to the output's steps."""
    x = scope.read(node.inputs[0])
    add_clamped(scope, node, "QUANTIZE", [x], "QuantizeOptions", fuses=False)
