"""Calibration: run the float graph on samples and record its tensors' values."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from compilers.quantize.float_session import FloatSession
from compilers.quantize.histogram import Histogram, measure, measure_divided, merge
from compilers.quantize.samples import SampleDigest, small_batches
from zoo.errors import QuantizeError
from zoo.graph import Graph
from zoo.plugs import Feeds

__all__ = ["Calibration", "calibrate", "calibrate_divided"]

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
    seen, _ = calibrate_divided(graph, {}, calibration, keep, threads)
    return seen


def calibrate_divided(
    graph: Graph,
    divisors: Mapping[str, NDArray[np.float64]],
    calibration: Iterable[Feeds],
    keep: int,
    threads: int,
) -> tuple[Calibration, Calibration]:
    """Return the result of `calibrate`, and that of an equalised form, in one pass.

    divisors: of the form's tensors, [C] by name; the others have the same values.
    """
    session = FloatSession(graph, [node.output for node in graph.nodes], threads)
    by = {name: channels.astype(np.float32) for name, channels in divisors.items()}
    seen: dict[str, Histogram] = {}
    divided: dict[str, Histogram] = {}
    digest, count, first = SampleDigest(), 0, []
    for batch in small_batches(graph, calibration):
        digest.update(batch)
        if count < keep:
            first.append(batch)
        count += len(batch[graph.inputs[0]])
        values = {**batch, **session.run(batch)}
        for name, array in values.items():
            _add(seen, name, _measure(graph, name, array))
        for name, channels in by.items():
            stride = _stride(values[name][0].size)
            _add(divided, name, measure_divided(values[name], channels, stride))
    as_is = Calibration(seen, count, digest.hexdigest(), tuple(first))
    return as_is, replace(as_is, histograms={**seen, **divided})


def _add(seen: dict[str, Histogram], name: str, found: Histogram) -> None:
    """Add the histogram of a tensor's values to that in `seen`."""
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
