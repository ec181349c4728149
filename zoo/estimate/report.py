"""The JSON of `zoo estimate`: the keys of `zoo bench`, and what only estimates have."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields

from zoo.bench.latency import Latency
from zoo.estimate.estimate import Estimate

__all__ = ["report"]

_DIGITS = 4


def report(estimates: Sequence[Estimate]) -> dict[str, object]:
    """Return the JSON; `latencies` has a row for each estimate, as `zoo bench` for each network."""
    boards = dict.fromkeys(estimate.network.target.name for estimate in estimates)
    machine = {"processor": ", ".join(boards), "system": "estimated, not measured", "python": ""}
    return {"machine": machine, "latencies": list(map(_row, estimates)), "chains": []}


def _row(estimate: Estimate) -> dict[str, object]:
    """Return the row of one estimate: no runs, and null for what only a measurement tells."""
    network, (low_ms, high_ms) = estimate.network, estimate.range_ms
    known: Mapping[str, object] = {
        "name": network.name,
        "model": network.model,
        "runtime": network.target.executor,
        "scheme": network.scheme,
        "threads": 1,
        "runs": 0,
        "median_ms": _rounded(estimate.ms),
        "batch": 1,
        "macs": estimate.macs,
        "samples_per_s": round(1e3 / estimate.ms, 1) if estimate.ms else None,
        "of_peak": None,
        "macs_per_ns": round(estimate.macs / (1e6 * estimate.ms), 1) if estimate.ms else None,
        "low_ms": _rounded(low_ms),
        "high_ms": _rounded(high_ms),
        "is_bound": estimate.is_bound,
        "method": estimate.method.text if estimate.method else None,
        "ratio": _rounded(estimate.ratio),
        "bytes": sum(layer.bytes for layer in estimate.layers),
        "weights_bytes": estimate.memory.weights_bytes,
        "arena_bytes": estimate.memory.arena_bytes,
        "is_planned": estimate.memory.is_planned,
        "layers": _layers(estimate),
    }
    return {**dict.fromkeys(field.name for field in fields(Latency)), **known}


def _layers(estimate: Estimate) -> list[dict[str, object]]:
    return [{**asdict(layer), "ms": _rounded(layer.ms, 6)} for layer in estimate.layers]


def _rounded(value: float | None, digits: int = _DIGITS) -> float | None:
    return None if value is None else round(value, digits)
