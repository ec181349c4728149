"""Node by node: what a .tflite file can hold, and what cannot be lowered, and why."""

from compilers.tflite.lower import lower_node
from compilers.tflite.scope import RefusedNodeError, Scope
from zoo.capability import Capability
from zoo.graph import Graph, Node

__all__ = ["capabilities"]

_BORDER = ("quantize", "dequantize")
"""What the app may do at the network's inputs and outputs."""


def capabilities(graph: Graph) -> tuple[Capability, ...]:
    """Return one entry for each node between the border's quantize and dequantize nodes."""
    scope = Scope(graph)
    found = [_capability(scope, node) for node in graph.nodes]
    return tuple(entry for entry in found if entry.op not in _BORDER)


def _capability(scope: Scope, node: Node) -> Capability:
    try:
        lower_node(scope, node)
    except RefusedNodeError as refusal:
        # What follows is looked at as if this node were there.
        scope.output(node.output)
        return Capability(node.name, node.op, "refused", refusal.reason, refusal.remedy)
    return Capability(node.name, node.op, "CPU")
