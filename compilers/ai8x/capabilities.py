"""Which nodes the accelerator runs, by the layers and the memory that a build uses."""

from compilers.ai8x.layers import try_layers
from compilers.ai8x.limits import Ai8xLimits
from compilers.ai8x.placement import place
from zoo.capability import Capability
from zoo.graph import Graph
from zoo.lowering import Refusal
from zoo.scheme import Scheme
from zoo.target import Target

__all__ = ["capabilities"]


def capabilities(graph: Graph, target: Target, scheme: Scheme) -> tuple[Capability, ...]:
    """Return an entry for each node within the border.

    One is refused if its data do not fit, where every layer alone does.
    """
    found, layers = try_layers(graph, target, scheme)
    if not layers or any(entry.why for entry in found):
        return found
    try:
        place(layers, Ai8xLimits.of(target))
    except Refusal as no:
        refused = no.capability
        return tuple(refused if entry.node == refused.node else entry for entry in found)
    return found
