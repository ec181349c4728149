"""clip -> RELU, RELU6, RELU_N1_TO_1, else MAXIMUM and MINIMUM."""

from compilers.op_parts.node_attributes import real
from compilers.tflite.clamps import add_clip
from compilers.tflite.scope import Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """Input and output have one quantization."""
    bounds = real(node, "low"), real(node, "high")
    x = scope.read(node.inputs[0])
    add_clip(scope, node.with_attributes(clamp=bounds), x, scope.output(node.output))
