"""requantize -> a second fix."""

from compilers.xmodel.scope import Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """The value is rounded to the output's fix point."""
    scope.store(node.output, scope.read(node.inputs[0]))
