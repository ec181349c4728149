"""Latency of networks on this machine, side by side in one run."""

import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo import registry
from zoo.bench.latency import Latency
from zoo.contract import Contract
from zoo.nvidia_gpu import NvidiaGpu
from zoo.plugs import BareRun, Executor, Peak, PeakMeter, Run

__all__ = ["Entry", "machine", "measure", "sample"]


@dataclass(frozen=True)
class Entry:
    """A network to time. model, scheme, macs, bytes: as in Latency.

    feeds: by input name, the batch first.
    """

    name: str
    model: str
    executor: str
    scheme: str
    file: Path
    feeds: Mapping[str, NDArray[Any]]
    macs: int | None = None
    bytes: int | None = None


@dataclass(frozen=True)
class _Times:
    """Of one run. border_ms: of conversions, None if they are in network_ms."""

    network_ms: float
    border_ms: float | None


def measure(
    entries: Sequence[Entry], threads: int, rounds: int, runs_per_round: int
) -> list[Latency]:
    """Time all entries interleaved, round by round, so that drift affects all of them equally."""
    executors = [registry.load("executor", entry.executor) for entry in entries]
    counts = [1 if executor.is_single else threads for executor in executors]
    loaded = [
        executor.load(entry.file.parent, entry.file.name, count)
        for executor, entry, count in zip(executors, entries, counts, strict=True)
    ]
    times: list[list[_Times]] = [[] for _ in entries]
    for index in range(rounds + 1):
        for entry, run, measured in zip(entries, loaded, times, strict=True):
            found = [_time(run, entry.feeds) for _ in range(runs_per_round)]
            if index > 0:  # the first round warms up
                measured.extend(found)
    known = {entry.executor: executor for entry, executor in zip(entries, executors, strict=True)}
    by_executor = {name: _peak(executor) for name, executor in known.items()}
    peaks = [by_executor[entry.executor] for entry in entries]
    return [_latency(*each) for each in zip(entries, counts, times, peaks, strict=True)]


def machine(gpu: NvidiaGpu | None = None) -> dict[str, object]:
    """Return the facts about the machine that give a figure its meaning. gpu: if it computes."""
    facts: dict[str, object] = {
        "processor": _processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
    }
    return facts if gpu is None else {**facts, "gpu": gpu.name, "driver": gpu.driver}


def _time(run: Run, feeds: Mapping[str, NDArray[Any]]) -> _Times:
    start_s = time.perf_counter()
    if not isinstance(run, BareRun):
        run(feeds)
        return _Times((time.perf_counter() - start_s) * 1e3, None)
    stored = run.store(feeds)
    begin_s = time.perf_counter()
    found = run.invoke(stored)
    end_s = time.perf_counter()
    run.read(found)
    whole_s = time.perf_counter() - start_s
    return _Times((end_s - begin_s) * 1e3, (whole_s - (end_s - begin_s)) * 1e3)


def _peak(executor: Executor) -> Peak | None:
    """Return the peak of the processor, None where it cannot be measured."""
    return executor.peak() if isinstance(executor, PeakMeter) else None


def _latency(entry: Entry, threads: int, times: Sequence[_Times], peak: Peak | None) -> Latency:
    values = np.array([each.network_ms for each in times])
    borders = [each.border_ms for each in times if each.border_ms is not None]
    return Latency(
        name=entry.name,
        model=entry.model,
        runtime=entry.executor,
        scheme=entry.scheme,
        threads=threads,
        runs=values.size,
        median_ms=round(float(np.median(values)), 4),
        p95_ms=round(float(np.percentile(values, 95)), 4),
        min_ms=round(float(values.min()), 4),
        batch=len(next(iter(entry.feeds.values()))),
        macs=entry.macs,
        border_ms=round(float(np.median(borders)), 4) if borders else None,
        bytes=entry.bytes,
        peak_macs_per_ns=peak.macs_per_ns if peak else None,
        peak_instruction=peak.instruction if peak else None,
    )


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()


def sample(contract: Contract, batch: int = 1) -> Mapping[str, NDArray[Any]]:
    """Return random inputs of a contract, [batch, C, H, W] float32."""
    generator = np.random.Generator(np.random.PCG64(0))
    shape = (batch, *contract.input.shape)
    return {contract.input.name: generator.random(shape, np.float32)}
