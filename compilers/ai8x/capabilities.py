"""Which nodes the accelerator runs, by the layers and the memory that a build uses."""

from compilers.ai8x.layers import try_layers
from compilers.ai8x.limits import Ai8xLimits
from compilers.ai8x.placement import place
from zoo.capability import Capability
from zoo.graph import Graph
from zoo.lowering import Refusal
from zoo.scheme import Scheme

__all__ = ["capabilities"]


def capabilities(graph: Graph, limits: Ai8xLimits, scheme: Scheme) -> tuple[Capability, ...]:
    """Return an entry for each node within the border.

    One is refused if its data do not fit, where every layer alone does.
    """
    found, layers = try_layers(graph, limits, scheme)
    if not layers or any(entry.why for entry in found):
        return found
    try:
        place(layers, limits)
    except Refusal as no:
        refused = no.capability
        return tuple(refused if entry.node == refused.node else entry for entry in found)
    return found
