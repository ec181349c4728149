"""Activations that must share a quantization because an op only moves their values."""

from collections.abc import Iterable
from dataclasses import replace

from compilers.op_table import find_op
from zoo.graph import Graph
from zoo.scheme import Scheme

__all__ = ["scheme_of", "sharing_groups"]


def sharing_groups(graph: Graph, scheme: Scheme) -> tuple[tuple[str, ...], ...]:
    """Return groups of activations that share a quantization, most with one member.

    A group joins the input and output of ops that always share theirs (reshape, max pool), and all
    inputs and the output of the scheme's `shared_ops`.
    """
    groups: dict[str, tuple[str, ...]] = {
        name: (name,) for name, tensor in graph.tensors.items() if not tensor.is_constant
    }
    for node in graph.nodes:
        joined: tuple[str, ...] = ()
        if node.op in scheme.shared_ops:
            joined = tuple(name for name in node.inputs if name in groups)
        elif find_op(node.op).shares_quantization:
            joined = node.inputs[:1]
        _join(groups, (*joined, node.output))
    return tuple(dict.fromkeys(groups.values()))


def scheme_of(group: Iterable[str], graph: Graph, scheme: Scheme) -> Scheme:
    """Return the scheme of activations that share a quantization: the one with the most bits.

    Where the scheme itself has more than an op can store, it has 8; overrides are kept.
    """
    nodes = {name: graph.producer(name) for name in group}
    most = min((find_op(node.op).output_bits_max for node in nodes.values() if node), default=16)
    # One fraction length for all is made for the scheme's own bits.
    if scheme.activation_bits > most and scheme.fix_point is None:
        scheme = replace(scheme, activation_bits=8)
    schemes = [scheme.at(name, *([node.name] if node else [])) for name, node in nodes.items()]
    return max(schemes, key=lambda own: own.activation_bits)


def _join(groups: dict[str, tuple[str, ...]], names: tuple[str, ...]) -> None:
    members = tuple(dict.fromkeys(member for name in names for member in groups[name]))
    for member in members:
        groups[member] = members
