"""Where the DPU's part of a network ends."""

from compilers.xmodel.lower import capabilities
from zoo.capability import Capability
from zoo.errors import RefusedError
from zoo.graph import Graph, Node
from zoo.graph_parts import front_and_tail
from zoo.target import Target

__all__ = ["find_cut"]


def find_cut(graph: Graph, target: Target) -> tuple[str, ...]:
    """Return the tensors at which the DPU's part of a float graph ends.

    The tail has every node that the DPU does not run, and all that depend on one of these. Raises
    RefusedError if the tail would read the network's input, or nothing is left for the DPU.
    """
    tail: set[str] = set()
    while True:
        ends = _ends(graph, tail)
        _require_front(graph, ends, target)
        front = front_and_tail(graph, ends)[0]
        misfits = [found for found in capabilities(front, target) if found.why]
        if not misfits:
            return ends
        for misfit in misfits:
            tail |= _behind(graph, _owner(front, misfit))


def _ends(graph: Graph, tail: set[str]) -> tuple[str, ...]:
    """Return what the rest of the graph gives. tail: its nodes' outputs."""
    read = {name for node in graph.nodes if node.output in tail for name in node.inputs}
    computed = (node.output for node in graph.nodes if node.output not in tail)
    given = [name for name in graph.inputs if name in read]
    return (*given, *(name for name in computed if name in read or name in graph.outputs))


def _require_front(graph: Graph, ends: tuple[str, ...], target: Target) -> None:
    direct = [name for name in ends if name in graph.inputs]
    if direct or not ends:
        what = f"reads its input '{direct[0]}'" if direct else "is all of it"
        raise RefusedError(
            f"{target.name}: the part of '{graph.name}' for the CPU {what}; only the end of a "
            "network can run there: `zoo show MODEL --target kv260` lists what the DPU lacks"
        )


def _owner(graph: Graph, misfit: Capability) -> Node:
    """Return the node of the graph that a misfit is, or that it is a part of."""
    exact = [node for node in graph.nodes if node.name == misfit.node]
    parts = [node for node in graph.nodes if misfit.node.startswith(f"{node.output}.")]
    found = exact or sorted(parts, key=lambda node: len(node.output))
    if not found:
        raise RefusedError(f"node '{misfit.node}' ({misfit.op}): {misfit.why}; {misfit.remedy}")
    return found[-1]


def _behind(graph: Graph, node: Node) -> set[str]:
    """Return the outputs of a node and of all that depend on it."""
    reached = {node.output}
    for other in graph.nodes:
        if reached.intersection(other.inputs):
            reached.add(other.output)
    return reached
