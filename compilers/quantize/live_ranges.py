"""The part of a tensor's range that the functions which read it distinguish.

HardSwish is 0 below -3, a sigmoid hardly changes beyond 6. A tensor that only such functions read
needs no integers for numbers out there: saturated to the end of the part, they give the same value.
"""

from collections.abc import Mapping

import numpy as np

from compilers.op_table import find_op
from compilers.quantize.histogram import Histogram
from zoo.graph import Graph, Node
from zoo.scheme import Scheme
from zoo.table_op import TableOp

__all__ = ["live_ranges"]

_SAME = 0.25
"""Differences of a function's values that count as none, in steps of its result's range."""

Histograms = Mapping[str, Histogram]


def live_ranges(graph: Graph, histograms: Histograms, scheme: Scheme) -> dict[str, Histogram]:
    """Return the histograms, saturated to that part for tensors that only table ops read."""
    live = dict(histograms)
    for name, histogram in histograms.items():
        readers = graph.consumers(name)
        if readers and name not in graph.outputs and all(map(_is_table, readers)):
            ends = [_live(node, histogram, scheme.activation_bits) for node in readers]
            low, high = min(low for low, _ in ends), max(high for _, high in ends)
            live[name] = histogram.clipped(low, high)
    return live


def _is_table(node: Node) -> bool:
    return isinstance(find_op(node.op), TableOp)


def _live(node: Node, histogram: Histogram, bits: int) -> tuple[float, float]:
    """Return the ends of the range beyond which the node's function stays as it is there."""
    op = find_op(node.op)
    assert isinstance(op, TableOp)
    values, _ = histogram.occurring()
    values = np.concatenate([[histogram.low], values, [histogram.high]])
    results = op.evaluate(node, values)
    if not np.isfinite(results).all():
        return histogram.low, histogram.high
    same = _SAME * (results.max() - results.min()) / 2**bits
    first = int(np.argmax(np.abs(results - results[0]) > same))
    last = len(values) - 1 - int(np.argmax(np.abs(results - results[-1])[::-1] > same))
    if first == 0 or first > last:  # constant
        return histogram.low, histogram.high
    return float(values[first - 1]), float(values[last + 1])
