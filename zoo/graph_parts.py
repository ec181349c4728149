"""A network in two parts: one for an accelerator, in integers, and the rest, in floats."""

import json
from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from typing import Protocol, runtime_checkable

from zoo.graph import Graph, Node
from zoo.target import Target

__all__ = ["FLOAT_TAIL", "Cutter", "front_and_tail", "joined", "tail_begin"]

FLOAT_TAIL = "zoo.float_tail"
"""Metadata of a network whose end stays float: where its integers end, as JSON."""


@runtime_checkable
class Cutter(Protocol):
    """Optional interface of a zoo.plugs.Compiler for boards with `cpu_tail`."""

    def cut(self, graph: Graph, target: Target) -> tuple[str, ...]:
        """Return the tensors of a float graph at which the accelerator's part ends.

        All other nodes must read these, or each other. Raises RefusedError if the accelerator's
        part would be empty.
        """


def front_and_tail(graph: Graph, cut: Iterable[str]) -> tuple[Graph, Graph]:
    """Return the part that computes the cut's tensors, and the rest.

    The front's outputs are the cut's tensors. The tail's inputs are those of them that it reads,
    its outputs the graph's without those of the front; without nodes if the front computes all.
    """
    ends = tuple(dict.fromkeys(cut))
    needed, before = set(ends), list[Node]()
    for node in reversed(graph.nodes):
        if node.output in needed:
            before.insert(0, node)
            needed.update(node.inputs)
    behind = [node for node in graph.nodes if node not in before]
    read = {name for node in behind for name in node.inputs}
    front = replace(graph, outputs=ends, nodes=tuple(before))
    given = {name: graph.tensors[name] for name in ends if name in read}
    outputs = tuple(name for name in graph.outputs if name not in ends)
    constants = {name: t for name, t in graph.tensors.items() if t.is_constant}
    own = {node.output: graph.tensors[node.output] for node in behind}
    tail = Graph(graph.name, tuple(given), outputs, {**constants, **given, **own}, tuple(behind))
    return front.replace(front.nodes), tail.replace(tail.nodes)


def joined(front: Graph, tail: Graph, outputs: tuple[str, ...]) -> Graph:
    """Return both as one network with these outputs, whose metadata say where the tail begins."""
    tail = _with_own_constants(tail, front)
    tensors = {**tail.tensors, **front.tensors}
    ends = {FLOAT_TAIL: json.dumps(front.outputs)} if tail.nodes else {}
    whole = replace(
        front,
        outputs=outputs,
        tensors=tensors,
        nodes=(*front.nodes, *tail.nodes),
        metadata={**front.metadata, **ends},
    )
    return whole.replace(whole.nodes)


def _with_own_constants(tail: Graph, front: Graph) -> Graph:
    """Return the tail with new names for constants that the front has quantized."""
    taken = {*tail.tensors, *front.tensors}
    names: dict[str, str] = {}
    for name, tensor in tail.tensors.items():
        if tensor.is_constant and front.tensors.get(name, tensor) != tensor:
            names[name] = next(
                new for n in count() if (new := f"{name}.tail{n or ''}") not in taken
            )
    own = [replace(tail.tensors[name], name=new) for name, new in names.items()]
    nodes = (
        replace(node, inputs=tuple(names.get(name, name) for name in node.inputs))
        for node in tail.nodes
    )
    return tail.replace(nodes, own)


def tail_begin(graph: Graph) -> tuple[str, ...]:
    """Return the cut of a joined network, its outputs for any other."""
    ends = graph.metadata.get(FLOAT_TAIL)
    return tuple(json.loads(ends)) if ends else graph.outputs
