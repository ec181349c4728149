"""Which channels to remove for a budget of multiply-accumulates."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import NDArray

from compilers.op_table import find_op
from compilers.prune.channels import Channels, Group, Numbers, is_depthwise, makes_channels
from zoo.errors import UsageError
from zoo.graph import Graph, Node

__all__ = ["Work", "choose", "demand_reachable", "ranked", "work_of"]

Scores = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Layer:
    """One node's multiply-accumulates, and the channels that they grow with.

    read: None where each output channel reads only its own input.
    """

    macs: int
    made: Numbers
    read: Numbers | None


@dataclass(frozen=True, eq=False)
class Work:
    """The multiply-accumulates of a Graph, for any choice of its channels."""

    layers: tuple[_Layer, ...]
    count: int

    def macs(self, removed: Collection[int] = ()) -> int:
        """Return those of the Graph without some channels."""
        kept = np.ones(self.count)
        kept[list(removed)] = 0
        return round(sum(_share(layer, kept) * layer.macs for layer in self.layers))


def work_of(graph: Graph, channels: Channels) -> Work:
    """Return the work of a float Graph."""
    layers = (_layer(graph, node, channels) for node in graph.nodes)
    return Work(tuple(layer for layer in layers if layer.macs), channels.count)


def choose(
    graph: Graph, channels: Channels, importance: Scores, macs: int, multiple: int
) -> frozenset[int]:
    """Return the channels to remove until at most `macs` multiply-accumulates are left.

    importance: by channel.  multiple: groups that lose channels keep a multiple of it.
    Removes blocks in the order of importance per MAC saved, which is computed anew after each,
    since narrow layers save less.
    Raises UsageError if even the narrowest network has more.
    """
    demand_reachable(graph, channels, macs, multiple)
    work = work_of(graph, channels)
    blocks = {group: _blocks(group, importance, multiple) for group in channels.groups}
    removed, done = frozenset[int](), list[tuple[Group, frozenset[int]]]()
    while (now := work.macs(removed)) > macs:
        group = min(
            (group for group, queue in blocks.items() if queue),
            key=lambda group: _price(blocks[group][0], importance, work, removed, now),
        )
        done.append((group, frozenset(blocks[group].pop(0))))
        removed |= done[-1][1]
    return _spared(removed, done, work, macs)


def demand_reachable(graph: Graph, channels: Channels, macs: int, multiple: int) -> None:
    """Raise UsageError if even the narrowest network has more multiply-accumulates."""
    work = work_of(graph, channels)
    least = work.macs([c for group in channels.groups for c in group.channels[multiple:]])
    if least <= macs:
        return
    if least == work.macs():
        raise UsageError(
            f"graph '{graph.name}': no group of layers has more than {multiple} channels, which is "
            "the least that stays; give a smaller --multiple"
        )
    raise UsageError(
        f"graph '{graph.name}': {macs:,} multiply-accumulates are fewer than it can have with "
        f"channels in multiples of {multiple}, {least:,} of {work.macs():,}; give a larger share "
        f"with --macs, {_rounded_up(least / work.macs())} or more, or a smaller --multiple"
    )


def _rounded_up(share: float) -> float:
    return ceil(share * 1000) / 1000


def _spared(
    removed: frozenset[int],
    done: Sequence[tuple[Group, frozenset[int]]],
    work: Work,
    macs: int,
) -> frozenset[int]:
    """Return the channels to remove without blocks that a later, larger one made needless.

    done: blocks in order of removal. A group gets them back in the opposite order.
    """
    settled = set[Group]()
    for group, block in reversed(done):
        if group in settled or work.macs(removed - block) > macs:
            settled.add(group)
        else:
            removed -= block
    return removed


def ranked(group: Group, importance: Scores) -> list[int]:
    """Return a group's channels, the least important first."""
    return sorted(group.channels, key=lambda channel: (importance[channel], channel))


def _price(
    block: Iterable[int], importance: Scores, work: Work, removed: frozenset[int], now: int
) -> float:
    """Return the importance that is lost for each multiply-accumulate saved."""
    chosen = list(block)
    saved = now - work.macs(removed.union(chosen))
    return float(importance[chosen].sum()) / max(saved, 1)


def _blocks(group: Group, importance: Scores, multiple: int) -> list[Sequence[int]]:
    """Return a group's channels that may go, the least important first, in blocks.

    Each block leaves a multiple, the last one the least.
    """
    order = ranked(group, importance)
    first = len(order) % multiple or multiple
    bounds = (0, *range(first, len(order) - multiple + 1, multiple))
    return [order[start:stop] for start, stop in pairwise(bounds)]


def _layer(graph: Graph, node: Node, channels: Channels) -> _Layer:
    inputs, output = graph.inputs_of(node), graph.tensors[node.output]
    macs = find_op(node.op).macs(node, inputs, output)
    made = channels.of[node.output]
    is_dense = makes_channels(graph, node) and not is_depthwise(graph, node)
    read = channels.of[node.inputs[0]] if is_dense else None
    if read is not None and len(read) != inputs[1].shape[1]:  # groups of several channels
        read = None
    return _Layer(macs, made, read)


def _share(layer: _Layer, kept: Scores) -> float:
    read = 1.0 if layer.read is None else float(kept[layer.read].mean())
    return float(kept[layer.made].mean()) * read
