"""clip -> relu or relu6, where no other node could take it in."""

from compilers.op_parts.affine import quantization_of
from compilers.op_parts.node_attributes import real
from compilers.xmodel.rectifier import rectifier
from compilers.xmodel.scope import Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """Bounds that clip nothing leave a second fix, which changes nothing."""
    bounds = real(node, "low"), real(node, "high")
    kind = rectifier(node, bounds, quantization_of(scope.graph.tensors[node.output]))
    x = scope.read(node.inputs[0])
    if kind:
        x = scope.add(scope.name_of(node.output), kind, scope.shape(x), {"input": (x,)})
    scope.store(node.output, x)
