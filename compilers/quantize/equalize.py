"""Cross-layer equalisation: shift scale between neighbouring convolutions to balance weights.

Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias Correction",
section 4.1. A ReLU commutes with a positive factor, relu(x / s) = relu(x) / s, so channel c between
two convolutions may be divided by s_c in the first and multiplied by it in the second:

    s_c = sqrt(r1_c / r2_c),  W1_c /= s_c,  b1_c /= s_c,  W2_c *= s_c

where r1_c and r2_c are the channel's largest weights; both become sqrt(r1_c * r2_c). The network
computes the same function.

The paper's factors are unbounded. A weak channel, with r1_c * r2_c below an 8-bit step of its
layer's largest (a BatchNorm gamma near 0), would be blown up, together with a bias that then
dominates the range of all others. This has no benefit, so it gets the layer's mean factor.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arithmetic import clamp_of
from compilers.op_table import find_op
from zoo.graph import Graph, Node

__all__ = ["Equalized", "Pair", "by_channel", "equalizable", "equalize"]

_SWEEPS = 20
_FAINT = 2.0**-8

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """A node whose output may be scaled.

    before, after: names of the constants on both sides, the weight first.
    """

    node: Node
    before: tuple[str, ...]
    after: str


@dataclass(frozen=True, eq=False)
class Equalized:
    """The float graph, and what its tensors were divided by: [C] by name."""

    graph: Graph
    divisors: Mapping[str, Array]


def equalize(graph: Graph) -> Equalized:
    """Return the float graph with all neighbouring convolutions equalised."""
    pairs = list(equalizable(graph))
    names = dict.fromkeys(name for pair in pairs for name in (*pair.before, pair.after))
    arrays = {name: np.array(graph.tensors[name].data, np.float64) for name in names}
    divisors = {pair.node.output: np.ones(len(arrays[pair.before[0]])) for pair in pairs}
    for _ in range(_SWEEPS):
        for pair in pairs:
            before = [arrays[name] for name in pair.before]
            divisors[pair.node.output] *= _balance(before, arrays[pair.after])
    changed = (
        replace(graph.tensors[name], data=array.astype(np.float32))
        for name, array in arrays.items()
    )
    return Equalized(graph.replace(graph.nodes, changed), divisors)


def equalizable(graph: Graph) -> Iterator[Pair]:
    """Yield what may be scaled: tensors and constants without other readers."""
    readers = Counter(name for node in graph.nodes for name in node.inputs)
    readers.update(graph.outputs)
    for node in graph.nodes:
        if readers[node.output] != 1 or node.output in graph.outputs:
            continue
        (after,) = graph.consumers(node.output)
        constants = (*node.inputs[1:], *after.inputs[1:2])
        if (
            _is_scalable(graph, node)
            and _is_scalable(graph, after)
            and after.inputs[0] == node.output
            and clamp_of(node) in ((-inf, inf), (0.0, inf))
            and all(readers[name] == 1 for name in constants)
        ):
            yield Pair(node, node.inputs[1:], after.inputs[1])


def _is_scalable(graph: Graph, node: Node) -> bool:
    """Whether the node has constant weights [K, C / groups, ...], and only other constants."""
    op = find_op(node.op)
    return (
        op.weight_input == 1
        and op.weight_axis == 0
        and all(graph.tensors[name].is_constant for name in node.inputs[1:])
    )


def _balance(before: list[Array], after: Array) -> Array:
    """Scale the arrays in place by the factors of their channels, and return these, [C].

    before: weight [C, ...], optional bias [C].  after: [K, C / groups, ...].
    """
    channels = len(before[0])
    grouped = by_channel(after, channels)
    r1 = np.abs(before[0].reshape(channels, -1)).max(axis=1)
    r2 = np.abs(grouped).max(axis=(1, 3)).reshape(channels)
    factors = _factors(r1, r2)
    for array in before:
        array /= factors.reshape(-1, *[1] * (array.ndim - 1))
    grouped *= factors.reshape(len(grouped), 1, -1, 1)
    return factors


def _factors(r1: Array, r2: Array) -> Array:
    """Return s, [C], of the largest weights before and after."""
    products = r1 * r2
    counts = products > _FAINT * products.max()
    if not counts.any():
        return np.ones_like(r1)
    logarithms = np.log(r1[counts] / r2[counts]) / 2
    factors = np.full_like(r1, np.exp(logarithms.mean()))
    factors[counts] = np.exp(logarithms)
    return factors


def by_channel(weight: Array, channels: int) -> NDArray[Any]:
    """Return a view [groups, K / groups, C / groups, taps] of [K, C / groups, ...]."""
    per_group = weight.shape[1]
    groups = channels // per_group
    return weight.reshape(groups, len(weight) // groups, per_group, -1)
