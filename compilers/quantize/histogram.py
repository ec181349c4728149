"""Histograms of real values with no range known in advance.

Bins are aligned at zero and their width is a power of two, so two histograms add exactly: the
result does not depend on order or batches.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Histogram", "measure", "measure_divided", "merge"]

HALF = 4096
"""Bins on each side of zero: at least 8 for each step of an 8-bit quantization."""

_LOWEST_EXPONENT = -60


@dataclass(frozen=True, eq=False)
class Histogram:
    """Counts of values: bin i covers [i - HALF, i - HALF + 1) * 2**exponent / HALF.

    low, high: the exact smallest and largest value.  counts: int64, 2 * HALF of them.
    """

    low: float
    high: float
    exponent: int
    counts: NDArray[np.int64]

    @property
    def centres(self) -> NDArray[np.float64]:
        """The centre of each bin."""
        bins = np.arange(-HALF, HALF, dtype=np.float64)
        return np.ldexp(bins + 0.5, self.exponent) / HALF

    def occurring(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return the centres of the non-empty bins, and their counts."""
        filled = np.flatnonzero(self.counts)
        return self.centres[filled], self.counts[filled]

    def clipped(self, low: float, high: float) -> "Histogram":
        """Return that of the values saturated to [low, high], to a bin."""
        low, high = max(self.low, low), min(self.high, high)
        return self._moved(np.clip(self.centres, low, high), low, high)

    def scaled(self, factor: float) -> "Histogram":
        """Return that of the values times a positive factor, to half a bin."""
        return self._moved(self.centres * factor, self.low * factor, self.high * factor)

    def widened(self, low: float, high: float) -> "Histogram":
        """Return that with a larger range."""
        nothing = np.zeros_like(self.counts)
        return _add(self, Histogram(low, high, _exponent(max(-low, high)), nothing))

    def _moved(self, values: NDArray[np.float64], low: float, high: float) -> "Histogram":
        """Return that of the bins' centres moved to these values, between low and high."""
        exponent = _exponent(max(-low, high))
        bins = np.floor(np.ldexp(values, -exponent) * HALF).astype(np.int64) + HALF
        summed = np.bincount(bins.clip(0, 2 * HALF - 1), self.counts, minlength=2 * HALF)
        return Histogram(low, high, exponent, summed.astype(np.int64))


def measure(values: NDArray[Any], stride: int = 1) -> Histogram:
    """Return the histogram of float32 samples [N, ...], every `stride`-th value of each counted.

    low and high cover all values, regardless of the stride.
    Raises ValueError with 'NaN' or 'infinite' if either occurs.
    """
    counted = values.reshape(len(values), -1)[:, ::stride]
    return _counted(counted, float(values.min()), float(values.max()))


def measure_divided(values: NDArray[Any], divisors: NDArray[Any], stride: int = 1) -> Histogram:
    """Return the result of `measure` for samples [N, C, ...] divided by positive numbers [C].

    It divides only what is counted, and each channel's smallest and largest value.
    """
    channels = values.reshape(*values.shape[:2], -1)
    size = channels.shape[2]
    counted = values.reshape(len(values), -1)[:, ::stride] / divisors.repeat(size)[::stride]
    low = float((channels.min(axis=(0, 2)) / divisors).min())
    high = float((channels.max(axis=(0, 2)) / divisors).max())
    return _counted(counted, low, high)


def merge(histograms: Iterable[Histogram]) -> Histogram:
    """Return the histogram of all their values together."""
    return reduce(_add, histograms)


def _counted(values: NDArray[Any], low: float, high: float) -> Histogram:
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError("NaN" if math.isnan(low) else "infinite")
    exponent = _exponent(max(-low, high))
    bins = np.floor(values * np.float32(HALF * 2.0**-exponent)).astype(np.int64) + HALF
    return Histogram(low, high, exponent, np.bincount(bins.reshape(-1), minlength=2 * HALF))


def _exponent(largest: float) -> int:
    """Return the smallest exponent with largest < 2**exponent."""
    return max(math.frexp(largest)[1], _LOWEST_EXPONENT) if largest > 0 else _LOWEST_EXPONENT


def _add(a: Histogram, b: Histogram) -> Histogram:
    exponent = max(a.exponent, b.exponent)
    counts = _widen(a, exponent) + _widen(b, exponent)
    return Histogram(min(a.low, b.low), max(a.high, b.high), exponent, counts)


def _widen(histogram: Histogram, exponent: int) -> NDArray[np.int64]:
    """Return the counts for a larger exponent, merging pairs of bins."""
    counts = histogram.counts
    for _ in range(min(exponent - histogram.exponent, HALF.bit_length())):
        inner = counts.reshape(-1, 2).sum(axis=1)
        counts = np.zeros_like(counts)
        counts[HALF // 2 : HALF // 2 + HALF] = inner
    return counts
