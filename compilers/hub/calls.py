"""How large a model is with its functions inlined, which ONNX's own checker finds by doing it."""

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from onnx import ModelProto, NodeProto

from zoo.errors import HubError

__all__ = ["check_calls"]

_NODES_MAX = 1_000_000

_Name = tuple[str, str]
"""Domain and name of a function, or of an operator."""


def check_calls(model: ModelProto, where: str) -> None:
    """Raise HubError for functions that call themselves, or have more nodes than any network."""
    if not model.functions:
        return
    calls = {(f.domain, f.name): list(_calls(f.node)) for f in model.functions}
    known = {name: {call for call in made if call in calls} for name, made in calls.items()}
    sizes: dict[_Name, int] = {}
    try:
        for name in TopologicalSorter(known).static_order():
            sizes[name] = sum(sizes.get(call, 1) for call in calls[name])
    except CycleError as error:
        domain, name = error.args[1][0]
        raise HubError(
            f"{where}: its function '{domain}.{name}' calls itself; export the file again"
        ) from error
    nodes = sum(sizes.get(call, 1) for call in _calls(model.graph.node))
    if nodes > _NODES_MAX:
        raise HubError(
            f"{where}: with its functions inlined it has more than {_NODES_MAX:,} nodes; no "
            "network needs so many: export it again"
        )


def _calls(nodes: Iterable[NodeProto]) -> Iterator[_Name]:
    """Yield what nodes and those of their subgraphs call, as often as they do."""
    for node in nodes:
        yield node.domain, node.op_type
        for attribute in node.attribute:
            for graph in (*attribute.graphs, *([attribute.g] if attribute.HasField("g") else ())):
                yield from _calls(graph.node)
