"""Iterative pruning: removes a few channels, trains what is left, and again."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec

from compilers.prune.channels import find_channels
from compilers.prune.choose import choose, demand_reachable, ranked, work_of
from compilers.prune.cut import cut
from zoo.errors import MissingToolError, QuantizeError, UsageError, suggest
from zoo.graph import Graph
from zoo.plugs import Feeds, PruneOptions, Pruner, Thinned
from zoo.reporting import report
from zoo.tool import install_extra

__all__ = ["PRUNER", "ChannelPruner"]

RECORD = "zoo.pruning"
"""Of the Graph's metadata: how it was pruned, as JSON."""


class ChannelPruner(Pruner):
    """Removes whole channels, in steps of equal ratio, each followed by training."""

    name = "channels"
    criteria = ("taylor", "scale")

    def prune(
        self, graph: Graph, samples: Sequence[Feeds], options: PruneOptions
    ) -> Iterator[Graph]:
        """Yield the smaller Graph of each step, with how it was made in its metadata.

        Raises also QuantizeError for an integer Graph, or one without channels to remove.
        """
        self._demand(graph, options)
        channels = find_channels(graph)
        start = work_of(graph, channels).macs()
        demand_reachable(graph, channels, round(start * options.share), options.multiple)
        smaller, done = graph, []
        for step in range(1, options.steps + 1):
            budget = round(start * options.share ** (step / options.steps))
            told = f"pruning, step {step} of {options.steps}"
            report(f"{told}: ranks channels by {options.criterion}")
            smaller = self._step(smaller, samples, budget, options)
            macs = work_of(smaller, find_channels(smaller)).macs()
            done.append(macs)
            report(f"{told}: {macs:,} of {start:,} MACs")
            if epochs := options.epochs_of(step):
                smaller = _recovered(smaller, graph, samples, options, epochs)
            record = json.dumps({"macs": [start, *done], **_record(options, step)})
            smaller = replace(smaller, metadata={**smaller.metadata, RECORD: record})
            yield smaller

    def thinned(
        self, graph: Graph, samples: Sequence[Feeds], options: PruneOptions, shares: Sequence[float]
    ) -> Iterator[Thinned]:
        """Yield the Graph with one group of layers at a time thinned to each share of its channels.

        The least important channels of the group go. Raises the errors of `prune`.
        """
        self._demand(graph, options)
        from compilers.prune.importance import measure

        channels = find_channels(graph)
        importance = measure(options.criterion, graph, channels, samples, options.seed)
        names = {node.output: node.name or node.output for node in graph.nodes}
        for group in channels.groups:
            order, count = ranked(group, importance), len(group.channels)
            for kept in dict.fromkeys(max(1, round(share * count)) for share in shares):
                smaller = cut(graph, channels, order[: count - kept])
                layers = tuple(names[output] for output in group.nodes)
                yield Thinned(layers, (count, kept), smaller)

    def _step(
        self, graph: Graph, samples: Sequence[Feeds], budget: int, options: PruneOptions
    ) -> Graph:
        """Return a Graph of at most `budget` multiply-accumulates, untrained."""
        from compilers.prune.importance import measure

        channels = find_channels(graph)
        importance = measure(options.criterion, graph, channels, samples, options.seed)
        removed = choose(graph, channels, importance, budget, options.multiple)
        return cut(graph, channels, removed)

    def _demand(self, graph: Graph, options: PruneOptions) -> None:
        if options.criterion not in self.criteria:
            near = suggest(options.criterion, self.criteria)
            raise UsageError(f"unknown criterion '{options.criterion}'{near}")
        if not 0 < options.share < 1:
            raise UsageError(
                f"a share of {options.share:g} of the multiply-accumulates cannot stay; give one "
                "above 0 and below 1, such as 0.6"
            )
        if graph.is_quantized:
            raise QuantizeError(
                f"graph '{graph.name}': holds integers; prune the float network, then quantize it"
            )
        if find_spec("torch") is None:
            raise MissingToolError(f"pruning needs PyTorch: {install_extra('train')}")
        if not find_channels(graph).groups:
            raise QuantizeError(
                f"graph '{graph.name}': has no channels that can be removed: each is an input, an "
                "output, or read by an op that needs all of them"
            )


def _record(options: PruneOptions, steps: int) -> dict[str, object]:
    """Return how a Graph was made in that many steps, as JSON values."""
    epochs = [options.epochs_of(step) for step in range(1, steps + 1)]
    return {
        "criterion": options.criterion,
        "multiple": options.multiple,
        "epochs": epochs,
        "seed": options.seed,
        "training": options.training if any(epochs) else "none",
        "precision": options.precision,
    }


def _recovered(
    graph: Graph, whole: Graph, samples: Sequence[Feeds], options: PruneOptions, epochs: int
) -> Graph:
    """Return the Graph trained, with the whole one as its teacher."""
    from compilers.prune.recover import recover

    return recover(graph, whole, samples, options, epochs)


PRUNER = ChannelPruner()
