"""dequantize -> nothing: what a fix computes are reals."""

from compilers.xmodel.scope import Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """The scope has named the integer tensor as the output."""
