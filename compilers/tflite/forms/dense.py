"""dense -> FULLY_CONNECTED."""

from compilers.tflite.clamps import add_clamped
from compilers.tflite.scope import Scope
from compilers.tflite.weights import add_bias, add_weights
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """Weights are [K, C] in both."""
    x = scope.read(node.inputs[0])
    inputs = [x, add_weights(scope, node, (0, 1), 0), add_bias(scope, node)]
    add_clamped(scope, node, "FULLY_CONNECTED", inputs, "FullyConnectedOptions")
