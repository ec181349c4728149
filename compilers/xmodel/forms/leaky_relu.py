"""leaky_relu -> leaky-relu."""

from compilers.op_parts.node_attributes import real
from compilers.xmodel.rectifier import add_rectified
from compilers.xmodel.scope import Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """Its table of integers holds what the fix behind it rounds."""
    arguments = {"input": (scope.read(node.inputs[0]),)}
    add_rectified(scope, node, "leaky-relu", arguments, {"alpha": real(node, "alpha")})
