"""Calibration: run the float graph on samples and record its tensors' values."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from compilers.quantize.float_session import FloatSession
from compilers.quantize.histogram import Histogram, measure, measure_divided, merge
from compilers.quantize.samples import SampleDigest, small_batches
from zoo.errors import QuantizeError
from zoo.graph import Graph
from zoo.plugs import Feeds

__all__ = ["Calibration", "calibrate", "divided"]

_COUNTED_MAX = 1 << 14
"""Values of one sample that enter a histogram; the range covers all of them."""


@dataclass(frozen=True)
class Calibration:
    """Calibration result.

    digest: SHA-256 of the samples.  first: up to `keep` of them.  channels: least and largest value
    of each channel, [2, C] by name.
    """

    histograms: Mapping[str, Histogram]
    count: int
    digest: str
    first: tuple[Feeds, ...]
    channels: Mapping[str, NDArray[np.float64]]


def calibrate(
    graph: Graph,
    calibration: Iterable[Feeds],
    keep: int,
    threads: int,
    by_channel: Collection[str] = (),
) -> Calibration:
    """Run all samples once and return the histograms of all activations by name.

    Samples are streamed; only `keep` of them stay in memory.  by_channel: tensors whose channels
    are looked at one by one.
    Raises QuantizeError for wrong or no samples, and naming a tensor that is NaN or infinite.
    """
    session = FloatSession(graph, [node.output for node in graph.nodes], threads)
    seen: dict[str, Histogram] = {}
    ends: dict[str, list[NDArray[np.float64]]] = {name: [] for name in by_channel}
    digest, count, first = SampleDigest(), 0, []
    for batch in small_batches(graph, calibration):
        digest.update(batch)
        if count < keep:
            first.append(batch)
        count += len(batch[graph.inputs[0]])
        for name, array in {**batch, **session.run(batch)}.items():
            found = _measure(graph, name, array)
            seen[name] = merge((seen[name], found)) if name in seen else found
            if name in ends:
                ends[name].append(_ends(array))
    channels = {name: _outermost(found) for name, found in ends.items()}
    return Calibration(seen, count, digest.hexdigest(), tuple(first), channels)


def divided(
    graph: Graph, seen: Calibration, divisors: Mapping[str, NDArray[np.float64]], threads: int
) -> Calibration:
    """Return the calibration of a form of the graph with divided tensors.

    divisors: [C] by name; other tensors have the same values. Ranges are those of all samples,
    counts those of the first.
    """
    session = FloatSession(graph, list(divisors), threads)
    found: dict[str, Histogram] = {}
    for batch in seen.first if divisors else ():
        for name, values in session.run(batch).items():
            by = divisors[name].astype(np.float32)
            own = measure_divided(values, by, _stride(values[0].size))
            found[name] = merge((found[name], own)) if name in found else own
    channels = {name: ends / divisors.get(name, 1.0) for name, ends in seen.channels.items()}
    for name in divisors:
        low, high = channels[name]
        found[name] = found[name].widened(float(low.min()), float(high.max()))
    return replace(seen, histograms={**seen.histograms, **found}, channels=channels)


def _ends(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the least and largest value of each channel, [2, C], of values [N, C, ...]."""
    flat = values.reshape(*values.shape[:2], -1)
    return np.stack([flat.min(axis=(0, 2)), flat.max(axis=(0, 2))]).astype(np.float64)


def _outermost(ends: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    low, high = np.array(ends).transpose(1, 0, 2)
    return np.stack([low.min(axis=0), high.max(axis=0)])


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
