"""Corrects estimates by times that `zoo bench` measured on the board."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import exp, log
from pathlib import Path

from zoo.capability import TimeMethod
from zoo.errors import ZooError
from zoo.estimate.deployed import Deployed
from zoo.estimate.estimate import Estimate, LayerEstimate
from zoo.report.timings import Timing, read_timings

__all__ = ["calibrated", "read_measured"]


def read_measured(file: Path) -> Sequence[Timing]:
    """Return what a file of `zoo bench --out` measured; raises UsageError for another file."""
    return [row for row in read_timings(file).networks if row.is_measured]


def calibrated(
    found: Estimate, measured: Sequence[Timing], again: Callable[[str, str], Estimate], where: str
) -> Estimate:
    """Return the estimate times the ratio of measured to estimated time.

    The ratio is the network's own if it was measured on this target, otherwise the geometric mean
    of others' there in the same scheme. Where nothing tells the target's speed, layers take as long
    as their multiply-accumulates.
    again: returns the estimate of a model and quantization for the same target.  where: the file's
    name, for the method.
    """
    rows = [row for row in measured if _is_comparable(row, found.network)]
    own = [row for row in rows if row.model == found.network.model][:1]
    plain = _with_times(found)
    ratios = list(_ratios(own, lambda *_: found)) or list(_ratios(rows, again))
    if not ratios or plain.method is None:
        return found
    ratio = exp(sum(map(log, ratios)) / len(ratios))
    many = "another network" if len(ratios) == 1 else f"{len(ratios)} other networks"
    told = f"times {ratio:.3g}, as {where} measured {'this network' if own else many} there"
    method = TimeMethod(f"{plain.method.text}; {told}", _factor(plain.method, ratios, bool(own)))
    layers = tuple(_scaled(layer, ratio) for layer in plain.layers)
    return replace(plain, layers=layers, method=method, ratio=ratio)


def _ratios(rows: Sequence[Timing], again: Callable[[str, str], Estimate]) -> Iterator[float]:
    """Yield measured over estimated time of each row; those whose network is not here are left."""
    for row in rows:
        try:
            estimated_ms = _with_times(again(row.model, _quant(row))).ms
        except ZooError:
            continue
        if estimated_ms and row.median_ms:
            yield row.median_ms / estimated_ms


def _with_times(found: Estimate) -> Estimate:
    """Return the estimate; one without times with a nanosecond per multiply-accumulate."""
    if found.method is not None:
        return found
    layers = tuple(replace(layer, ms=layer.macs / 1e6) for layer in found.layers)
    return replace(found, layers=layers, method=TimeMethod("a nanosecond per multiply-accumulate"))


def _factor(method: TimeMethod, ratios: Sequence[float], is_own: bool) -> float:
    """Return how far off the times may be: the method's factor, or how far the ratios differ."""
    if is_own:
        return 1.0
    middle = exp(sum(map(log, ratios)) / len(ratios))
    spread = max(max(ratio / middle, middle / ratio) for ratio in ratios)
    return max(spread, method.factor) if len(ratios) == 1 else spread


def _is_comparable(row: Timing, network: Deployed) -> bool:
    """Whether a row is of this target, one sample on one thread, in its own runtime.

    Names of stand-ins and of other runtimes have a comma and more behind the target.
    """
    words = f"{row.model} {_quant(row)} {network.target.name}"
    is_single = row.threads == row.batch == 1
    return row.name == words and row.scheme == network.scheme and is_single


def _quant(row: Timing) -> str:
    """Return the second word of a row's name: model, quantization, target."""
    words = row.name.split()
    return words[1] if len(words) > 1 else ""


def _scaled(layer: LayerEstimate, ratio: float) -> LayerEstimate:
    return layer if layer.ms is None else replace(layer, ms=layer.ms * ratio)
