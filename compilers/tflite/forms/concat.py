"""concat -> CONCATENATION, behind QUANTIZE where an input has another quantization."""

from compilers.op_parts.node_attributes import integer
from compilers.tflite.scope import NHWC_AXIS, Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """In integers TFLite copies bytes only."""
    axis, output = integer(node, "axis"), scope.output(node.output)
    shape, grid = scope.tensor(output).shape, scope.tensor(output).grid
    inputs = []
    for name in node.inputs:
        x = scope.operand(node, name)
        like = scope.tensor(x)
        if like.grid != grid:
            alike = scope.value(f"{like.name}.requantized", like.shape, grid)
            x = scope.add("QUANTIZE", [x], alike, "QuantizeOptions")
        inputs.append(x)
    settings = {
        "axis": NHWC_AXIS[axis] if len(shape) == 4 else axis,
        "fusedActivationFunction": "NONE",
    }
    scope.add("CONCATENATION", inputs, output, "ConcatenationOptions", settings)
