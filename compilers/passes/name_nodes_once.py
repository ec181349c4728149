"""A name of its own for each node: a file with two nodes of one name is refused where it is read.

Passes name what they add after a tensor or a node, and these may have the same name.
"""

from dataclasses import replace

from compilers.fresh_name import reserve_name
from zoo.graph import Graph, Node

__all__ = ["name_nodes_once"]


def name_nodes_once(graph: Graph) -> Graph:
    """Return the graph with a number after each name that an earlier node has."""
    names = {node.name for node in graph.nodes}
    if len(names) == len(graph.nodes):
        return graph
    nodes: list[Node] = []
    seen: set[str] = set()
    for node in graph.nodes:
        name = reserve_name(node.name, names) if node.name in seen else node.name
        seen.add(name)
        nodes.append(replace(node, name=name))
    return graph.replace(nodes)
