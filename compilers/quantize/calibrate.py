"""Calibration: run the float graph on samples and record its tensors' values."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compilers.quantize.float_session import FloatSession
from compilers.quantize.histogram import Histogram, measure, merge
from compilers.quantize.samples import SampleDigest, small_batches
from zoo.errors import QuantizeError
from zoo.graph import Graph
from zoo.plugs import Feeds

__all__ = ["Calibration", "calibrate", "calibrate_all"]

_COUNTED_MAX = 1 << 14
"""Values of one sample that enter a histogram; the range covers all of them."""


@dataclass(frozen=True)
class Calibration:
    """Calibration result. digest: SHA-256 of the samples.  first: up to `keep` of them."""

    histograms: Mapping[str, Histogram]
    count: int
    digest: str
    first: tuple[Feeds, ...]


def calibrate(graph: Graph, calibration: Iterable[Feeds], keep: int, threads: int) -> Calibration:
    """Run all samples once and return the histograms of all activations by name.

    Samples are streamed; only `keep` of them stay in memory.
    Raises QuantizeError for wrong or no samples, and naming a tensor that is NaN or infinite.
    """
    (seen,) = calibrate_all((graph,), calibration, keep, threads)
    return seen


def calibrate_all(
    graphs: Sequence[Graph], calibration: Iterable[Feeds], keep: int, threads: int
) -> list[Calibration]:
    """Return the result of `calibrate` for each graph, in one pass over the samples.

    graphs: forms of one network, with the same inputs.
    """
    sessions = [FloatSession(g, [node.output for node in g.nodes], threads) for g in graphs]
    histograms: list[dict[str, Histogram]] = [{} for _ in graphs]
    digest, count, first = SampleDigest(), 0, []
    for batch in small_batches(graphs[0], calibration):
        digest.update(batch)
        if count < keep:
            first.append(batch)
        count += len(batch[graphs[0].inputs[0]])
        for graph, session, seen in zip(graphs, sessions, histograms, strict=True):
            _add(graph, {**batch, **session.run(batch)}, seen)
    return [Calibration(seen, count, digest.hexdigest(), tuple(first)) for seen in histograms]


def _add(graph: Graph, values: Feeds, seen: dict[str, Histogram]) -> None:
    """Add the histogram of each value to those in `seen`."""
    for name, array in values.items():
        found = _measure(graph, name, array)
        seen[name] = merge((seen[name], found)) if name in seen else found


def _measure(graph: Graph, name: str, values: NDArray[np.float32]) -> Histogram:
    try:
        return measure(values, _stride(values[0].size))
    except ValueError as error:
        raise QuantizeError(
            f"graph '{graph.name}': tensor '{name}' is {error} during calibration; check the "
            "network and the calibration images"
        ) from error


def _stride(size: int) -> int:
    """Return a stride to subsample this size, coprime with its axes."""
    stride = -(-size // _COUNTED_MAX)
    while math.gcd(stride, size) > 1:
        stride += 1
    return stride
