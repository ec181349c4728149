"""add -> add."""

from compilers.xmodel.rectifier import add_rectified
from compilers.xmodel.scope import Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """The sum of reals is rounded once, as the DPU does at the finer fix point."""
    rank = len(scope.graph.tensors[node.output].shape)
    operands = [scope.operand(name, rank) for name in node.inputs]
    add_rectified(scope, node, "add", {"input": operands})
