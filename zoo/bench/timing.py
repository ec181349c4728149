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
from zoo.bench.nvidia_gpu import NvidiaGpu
from zoo.contract import Contract
from zoo.plugs import Run

__all__ = ["Subject", "machine", "measure", "sample"]


@dataclass(frozen=True)
class Subject:
    """A network to be timed. model, scheme: as in Latency.  feeds: a batch by input name."""

    name: str
    model: str
    executor: str
    scheme: str
    file: Path
    feeds: Mapping[str, NDArray[Any]]


def measure(
    subjects: Sequence[Subject], threads: int, rounds: int, runs_per_round: int
) -> list[Latency]:
    """Time all subjects in turn, round by round, so that a drifting machine hits all alike."""
    loaded = [
        registry.load("executor", s.executor).load(s.file.parent, s.file.name, threads)
        for s in subjects
    ]
    times_ms: list[list[float]] = [[] for _ in subjects]
    for index in range(rounds + 1):
        for subject, run, times in zip(subjects, loaded, times_ms, strict=True):
            measured = [_time_ms(run, subject.feeds) for _ in range(runs_per_round)]
            if index > 0:  # the first round warms up
                times.extend(measured)
    return [
        _latency(subject, threads, times) for subject, times in zip(subjects, times_ms, strict=True)
    ]


def machine(gpu: NvidiaGpu | None = None) -> dict[str, object]:
    """Return what a figure needs beside it to mean something. gpu: where that computes."""
    facts: dict[str, object] = {
        "processor": _processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
    }
    return facts if gpu is None else {**facts, "gpu": gpu.name, "driver": gpu.driver}


def _time_ms(run: Run, feeds: Mapping[str, NDArray[Any]]) -> float:
    start_s = time.perf_counter()
    run(feeds)
    return (time.perf_counter() - start_s) * 1e3


def _latency(subject: Subject, threads: int, times_ms: Sequence[float]) -> Latency:
    values = np.asarray(times_ms)
    return Latency(
        name=subject.name,
        model=subject.model,
        runtime=subject.executor,
        scheme=subject.scheme,
        threads=threads,
        runs=values.size,
        median_ms=round(float(np.median(values)), 4),
        p95_ms=round(float(np.percentile(values, 95)), 4),
        min_ms=round(float(values.min()), 4),
        batch=max(len(values) for values in subject.feeds.values()),
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
