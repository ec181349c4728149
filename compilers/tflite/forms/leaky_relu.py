"""leaky_relu -> LEAKY_RELU."""

from compilers.op_parts.node_attributes import real
from compilers.tflite.reals import add_function
from compilers.tflite.scope import Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """Computed in reals."""
    settings = {"alpha": real(node, "alpha")}
    add_function(scope, node, "LEAKY_RELU", options="LeakyReluOptions", settings=settings)
