"""max_pool -> MAX_POOL_2D."""

from compilers.op_parts.window import Window
from compilers.tflite.scope import Scope, refuse
from compilers.tflite.windows import add_padding, window_settings
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """Pads never win; input and output have one quantization."""
    window = Window.from_node(node)
    if window.dilations != (1, 1):
        refuse(node, f"its window has the dilations {window.dilations}", "take dilation 1")
    x, padding = add_padding(scope, node, window, scope.read(node.inputs[0]), lowest=True)
    settings = {
        **window_settings(window),
        "padding": padding,
        "filterHeight": window.kernel[0],
        "filterWidth": window.kernel[1],
        "fusedActivationFunction": "NONE",
    }
    scope.add("MAX_POOL_2D", [x], scope.output(node.output), "Pool2DOptions", settings)
