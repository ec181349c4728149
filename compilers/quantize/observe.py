"""From an activation's observed values to the Quantization that fits them best.

Calibrators: 'minmax' covers every value, 'percentile' drops _TAIL of them on each side, 'mse' uses
the range with the least squared error. 'percentile' does not count values that every grid rounds to
zero; otherwise it would drop a signal that occurs on few pixels of few pictures.

With power-of-two scales each uses the finest one that does not saturate its range, except 'mse',
which uses the fix point with the least squared error: covering the largest value costs PFLD a third
of its accuracy. Vitis AI's quantizer uses the most frequent result over batches instead, which is
equally good.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from compilers.quantize.histogram import HALF, Histogram
from compilers.quantize.power_of_two import with_fix_points, worthwhile_fix_points
from compilers.quantize.rounding import squared_error
from zoo.errors import UnknownNameError
from zoo.graph import Quantization
from zoo.scheme import Scheme

__all__ = ["CALIBRATORS", "activation_grid", "observe"]

_TAIL = 1e-4
_SHRINKS = tuple(np.linspace(1.0, 0.5, 33))

Range = tuple[float, float]


def observe(histogram: Histogram, scheme: Scheme, calibrator: str) -> Quantization:
    """Return the activation's quantization; raises UnknownNameError for the calibrator."""
    if calibrator not in CALIBRATORS:
        raise UnknownNameError("calibrator", calibrator, ("auto", *CALIBRATORS))
    grid = activation_grid(scheme)
    if scheme.fix_point is not None:
        return with_fix_points(grid, scheme.fix_point)
    if histogram.low == histogram.high == 0:
        return grid
    if scheme.scale == "power_of_two" and calibrator == "mse":
        return _search_fix_point(histogram, grid)
    low, high = CALIBRATORS[calibrator](histogram, scheme)
    if scheme.scale == "power_of_two":
        return with_fix_points(grid, worthwhile_fix_points(low, high, grid)[0])
    return _cover(low, high, scheme)


def activation_grid(scheme: Scheme) -> Quantization:
    """Return the integers of the scheme's activations, with scale 1."""
    return Quantization(
        scale=(1.0,),
        zero_point=(0,),
        bits=scheme.activation_bits,
        signed=scheme.activation_signed,
        rounding=scheme.activation_rounding,
    )


def _search_fix_point(histogram: Histogram, grid: Quantization) -> Quantization:
    values, counts = histogram.occurring()
    points = worthwhile_fix_points(histogram.low, histogram.high, grid)
    candidates = [with_fix_points(grid, point) for point in points]
    return min(candidates, key=lambda grid: squared_error(values, counts, grid, grid.rounding))


def _cover(low: float, high: float, scheme: Scheme) -> Quantization:
    """Return the quantization with integers that span [low, high] and represent zero exactly.

    symmetric: scale = max(low / qmin, high / qmax), zero_point = 0.
    asymmetric: scale = (high - low) / (qmax - qmin), zero_point = round(qmin - low / scale).
    """
    grid = activation_grid(scheme)
    low, high = min(low, 0.0), max(high, 0.0)
    if scheme.activation_symmetric:
        scale = float(np.float32(max(low / grid.qmin, high / grid.qmax)))
        return replace(grid, scale=(scale,))
    scale = float(np.float32((high - low) / (grid.qmax - grid.qmin)))
    return replace(grid, scale=(scale,), zero_point=(round(grid.qmin - low / scale),))


def _minmax(histogram: Histogram, scheme: Scheme) -> Range:  # noqa: ARG001
    return histogram.low, histogram.high


def _percentile(histogram: Histogram, scheme: Scheme) -> Range:  # noqa: ARG001
    counts = histogram.counts.copy()
    counts[HALF - 1 : HALF + 1] = 0
    cumulated = np.cumsum(counts)
    if cumulated[-1] == 0:
        return histogram.low, histogram.high
    tail = _TAIL * cumulated[-1]
    low_bin = np.searchsorted(cumulated, tail, side="right")
    high_bin = np.searchsorted(cumulated, cumulated[-1] - tail)
    low, high = histogram.centres[low_bin], histogram.centres[high_bin]
    return max(histogram.low, float(low)), min(histogram.high, float(high))


def _mse(histogram: Histogram, scheme: Scheme) -> Range:
    """Shrink each end in turn, twice, to minimise the squared error."""
    low, high = min(histogram.low, 0.0), max(histogram.high, 0.0)
    values, counts = histogram.occurring()

    def error(candidate: Range) -> float:
        grid = _cover(*candidate, scheme)
        return squared_error(values, counts, grid, grid.rounding)

    best = (low, high)
    for _ in range(2):
        best = min(((best[0], high * shrink) for shrink in _SHRINKS), key=error)
        best = min(((low * shrink, best[1]) for shrink in _SHRINKS), key=error)
    return best


CALIBRATORS: Mapping[str, Callable[[Histogram, Scheme], Range]] = {
    "minmax": _minmax,
    "percentile": _percentile,
    "mse": _mse,
}
