"""Latencies of networks, and their ratios."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

__all__ = ["ChainLatency", "Latency", "beside_float", "report"]


@dataclass(frozen=True)
class Latency:
    """Times of one network over `runs` runs of a batch each, in milliseconds.

    median_ms, p95_ms, min_ms: of the runtime alone if border_ms is known.
    border_ms: median of converting inputs and outputs to and from the runtime's form; None if it is
    in the times above.
    steps_ms: median of the steps before the network, from the photo to its input; None if unknown.
    runtime: the executor, or the app on a board.  scheme: number format, such as 'float32'.
    batch: samples per run.
    macs: multiply-accumulates for one sample.  bytes: of all layers' inputs, constants and outputs
    for one sample; None if unknown.
    peak_macs_per_ns: what the processor can do with peak_instruction, measured; None if unknown.
    times_float: speedup over the same model's float32 network.
    watts, celsius: the board's mean power during the run, temperature after it; None if unknown.
    slowed: why the board throttles its processor then, such as heat; None if unknown.
    """

    name: str
    model: str
    runtime: str
    scheme: str
    threads: int
    runs: int
    median_ms: float
    p95_ms: float
    min_ms: float
    batch: int = 1
    border_ms: float | None = None
    steps_ms: float | None = None
    macs: int | None = None
    times_float: float | None = None
    watts: float | None = None
    celsius: float | None = None
    slowed: Sequence[str] | None = None
    bytes: int | None = None
    peak_macs_per_ns: float | None = None
    peak_instruction: str | None = None

    @property
    def samples_per_s(self) -> float:
        """Throughput at the median, one batch after the other."""
        return round(1e3 * self.batch / self.median_ms, 1)

    @property
    def macs_per_ns(self) -> float | None:
        """Multiply-accumulates per nanosecond at the median."""
        if self.macs is None:
            return None
        return round(self.macs * self.batch / (1e6 * self.median_ms), 1)

    @property
    def of_peak(self) -> float | None:
        """Share of the processor's peak in the fastest run."""
        if self.macs is None or not self.peak_macs_per_ns:
            return None
        return round(self.macs * self.batch / (1e6 * self.min_ms * self.peak_macs_per_ns), 3)


@dataclass(frozen=True)
class ChainLatency:
    """Mean times of a photo in the program of a chain, in milliseconds.

    name: the build.  follows: whether it tracked.  faces: found, on average.
    detector: with its pre- and post-processing, where it was asked.  tracking: also regions from
    boxes.  network: in all regions and passes.  rest: reading and writing.
    """

    name: str
    follows: bool
    threads: int
    photos: int
    faces: float
    photo_ms: float
    detector_ms: float
    tracking_ms: float
    network_ms: float
    rest_ms: float


def beside_float(latencies: Sequence[Latency]) -> list[Latency]:
    """Return them with `times_float`, relative to float in the same runtime, or else in any."""
    return [replace(latency, times_float=_ratio(latency, latencies)) for latency in latencies]


def report(
    machine: Mapping[str, object],
    latencies: Iterable[Latency],
    chains: Iterable[ChainLatency] = (),
) -> dict[str, object]:
    """Return the JSON of `zoo bench`, for this machine and for boards."""
    rows = [{**asdict(each), **_derived(each)} for each in latencies]
    return {"machine": dict(machine), "latencies": rows, "chains": [asdict(c) for c in chains]}


def _derived(latency: Latency) -> dict[str, float | None]:
    names = ("samples_per_s", "macs_per_ns", "of_peak")
    return {name: getattr(latency, name) for name in names}


def _ratio(latency: Latency, others: Sequence[Latency]) -> float | None:
    alike = [o for o in others if (o.model, o.batch) == (latency.model, latency.batch)]
    floats = [o for o in alike if o.scheme == "float32"]
    same = [o for o in floats if o.runtime == latency.runtime] or floats
    return round(same[0].median_ms / latency.median_ms, 3) if same else None
