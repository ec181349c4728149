"""leaky_relu -> LEAKY_RELU."""

from compilers.op_parts.node_attributes import real
from compilers.tflite.functions import Function, add_function, have_near_scales
from compilers.tflite.scope import Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """In integers to one step."""
    function = Function("LEAKY_RELU", "LeakyReluOptions", {"alpha": real(node, "alpha")})
    add_function(scope, node, function, in_integers=have_near_scales(scope, node))
