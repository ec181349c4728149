"""quantize -> data, and the fix of the network's input."""

from compilers.xmodel.scope import Scope
from zoo.errors import UnsupportedOpError
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """The file's input is named as the graph's."""
    name = node.inputs[0]
    if name not in scope.graph.inputs:
        raise UnsupportedOpError(
            f"node '{node.name}' (quantize): reads '{name}', which the network computes in floats; "
            "an .xmodel for the DPU holds integers only: quantize the whole network"
        )
    scope.round(node.output, scope.input(name))
