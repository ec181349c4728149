"""Means of the weighted nodes' sums before their clamp, per sample and channel."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arithmetic import clamp_of
from compilers.quantize.float_session import FloatSession
from compilers.quantize.weighted import weighted_nodes
from zoo.graph import Graph, Node
from zoo.plugs import Feeds

__all__ = ["Means", "channel_means", "float_means", "without_clamp"]

Means = NDArray[np.float64]


def float_means(graph: Graph, samples: Sequence[Feeds], threads: int) -> dict[str, Means]:
    """Return the means [N, K] of the float graph by the name of the node's weight."""
    opened = _with_open_sums(graph)
    sums = {w.weight.name: w.node.output for w in weighted_nodes(opened)}
    session = FloatSession(opened, sums.values(), threads)
    runs = []
    for batch in samples:
        values = session.run(batch)
        runs.append({weight: channel_means([values[name]]) for weight, name in sums.items()})
    return {weight: np.concatenate([run[weight] for run in runs]) for weight in sums}


def channel_means(batches: Iterable[NDArray[Any]]) -> Means:
    """Return the means [N, K] of all samples in batches [n, K, ...]."""
    means = [batch.reshape(*batch.shape[:2], -1).mean(axis=2) for batch in batches]
    return np.concatenate(means).astype(np.float64)


def without_clamp(node: Node) -> Node:
    """Return the float node without its clamp."""
    attributes = {name: value for name, value in node.attributes.items() if name != "clamp"}
    return replace(node, attributes=attributes, integer={})


def _with_open_sums(graph: Graph) -> Graph:
    """Return the graph with the weighted nodes' clamps as separate nodes."""
    weighted = {w.node.output for w in weighted_nodes(graph)}
    nodes, tensors = [], []
    for node in graph.nodes:
        if node.output in weighted:
            sums = replace(graph.tensors[node.output], name=f"{node.output}.sum")
            low, high = clamp_of(node)
            clip = {"low": low, "high": high}
            nodes.append(replace(without_clamp(node), output=sums.name))
            nodes.append(Node(f"{node.name}.clip", "clip", (sums.name,), node.output, clip))
            tensors.append(sums)
        else:
            nodes.append(node)
    return graph.replace(nodes, tensors)
