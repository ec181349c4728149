"""Texts that are commands, ends or markup in some language that the zoo writes."""

from dataclasses import replace

from zoo.graph import Graph

__all__ = ["HARMLESS", "HOSTILE", "UNPRINTABLE", "renamed"]

HARMLESS = "Harmless"
HOSTILE = [
    "$(touch PWNED)",
    "`touch PWNED`",
    "'; touch PWNED; '",
    '"; touch PWNED; "',
    "$HOME ${x} %n %h @X@ #{x}",
    "*/ ??/ // \\",
    "</code><script>alert(1)</script> ]( | ``",
    "-rf .TH a; b] [c",
    'é","x":{}',
]
UNPRINTABLE = ["\n touch PWNED\n", "\r\nDepends: x", "\x1b[2J", "\u2028x", "a\0b"]


def renamed(graph: Graph, text: str) -> Graph:
    """Return a graph in which each node and inner tensor has the text in its name."""
    names = {n: n if n in (*graph.inputs, *graph.outputs) else f"{n}{text}" for n in graph.tensors}
    tensors = {names[n]: replace(t, name=names[n]) for n, t in graph.tensors.items()}
    nodes = tuple(
        replace(
            node,
            name=f"{node.name}{text}",
            inputs=tuple(names[n] for n in node.inputs),
            output=names[node.output],
        )
        for node in graph.nodes
    )
    return replace(graph, nodes=nodes, tensors=tensors)
