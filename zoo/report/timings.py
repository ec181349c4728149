"""Times and power from files of `zoo bench` and `zoo estimate`, which others may have written."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from zoo.artifact import Memory
from zoo.errors import UsageError
from zoo.field_types import mistyped
from zoo.file_content import file_content

__all__ = ["ChainTiming", "Timing", "Timings", "read_timings"]

_PLAUSIBLE = 1e-9, 1e12
"""Least and most of times in milliseconds, power and counts; what is computed of them is finite."""


@dataclass(frozen=True)
class Timing:
    """A network's times on a machine, in milliseconds.

    by_program: whether the bundle's own program ran, as on a board.
    is_measured: otherwise `method` says how it was estimated, and low_ms and high_ms the range.
    watts: mean power of the board during the run; None if it was not measured.
    memory: as estimated, None for a measurement.
    """

    machine: str
    by_program: bool
    is_measured: bool
    name: str
    model: str
    runtime: str
    scheme: str
    threads: int
    batch: int
    median_ms: float | None
    p95_ms: float | None
    low_ms: float | None
    high_ms: float | None
    watts: float | None
    celsius: float | None
    slowed: tuple[str, ...]
    method: str
    memory: Memory | None = None

    @property
    def is_least(self) -> bool:
        """Whether the estimated time is a bound, which no program undercuts."""
        return self.low_ms is not None and self.high_ms is None

    @property
    def frames_per_s(self) -> float | None:
        """Samples per second of the network alone."""
        return 1e3 * self.batch / self.median_ms if self.median_ms else None

    @property
    def frames_per_joule(self) -> float | None:
        """Frames per second per watt; None if one of them was not measured."""
        if self.watts is None or self.frames_per_s is None or not self.is_measured:
            return None
        return self.frames_per_s / self.watts


@dataclass(frozen=True)
class ChainTiming:
    """The mean time of a photo in a chain's program. faces: in a photo, on average."""

    machine: str
    name: str
    follows: bool
    threads: int
    faces: float
    photo_ms: float


@dataclass(frozen=True)
class Timings:
    """The times of one file."""

    networks: tuple[Timing, ...]
    chains: tuple[ChainTiming, ...]


def read_timings(file: Path) -> Timings:
    """Return the times in a file that `zoo bench --out` or `zoo estimate` wrote.

    Raises UsageError for any other.
    """
    try:
        data = json.loads(file_content(file, UsageError))
        machine, rows, chains = data["machine"], data["latencies"], data.get("chains", [])
        found = Timings(
            tuple(_network(machine, row) for row in rows),
            tuple(_chain(machine, row) for row in chains),
        )
        wrong = mistyped(found, Timings) or _impossible(found)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise _refused(file, repr(error)) from error
    if wrong:
        raise _refused(file, wrong)
    return found


def _network(machine: Mapping[str, Any], row: Mapping[str, Any]) -> Timing:
    return Timing(
        machine=machine["processor"],
        by_program=not machine["python"] and row["runs"] > 0,
        is_measured=row["runs"] > 0,
        name=row["name"],
        model=row["model"],
        runtime=row["runtime"],
        scheme=row["scheme"],
        threads=row["threads"],
        batch=row["batch"],
        median_ms=row["median_ms"],
        p95_ms=row.get("p95_ms"),
        low_ms=row.get("low_ms"),
        high_ms=row.get("high_ms"),
        watts=row.get("watts"),
        celsius=row.get("celsius"),
        slowed=_texts(row.get("slowed") or []),
        method=row.get("method") or "",
        memory=_memory(row),
    )


def _memory(row: Mapping[str, Any]) -> Memory | None:
    """Return the memory of an estimate's row, None of a measurement's."""
    if row.get("arena_bytes") is None:
        return None
    return Memory(row["arena_bytes"], row["weights_bytes"], is_planned=row["is_planned"])


def _texts(value: object) -> tuple[str, ...]:
    """Return the items of a list; raises TypeError for anything else."""
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    return tuple(value)


def _chain(machine: Mapping[str, Any], row: Mapping[str, Any]) -> ChainTiming:
    kept = {key: row[key] for key in ("name", "follows", "threads", "faces", "photo_ms")}
    return ChainTiming(machine["processor"], **kept)


def _impossible(timings: Timings) -> str:
    """Return which number no measurement gives, '' for none."""
    for timing in timings.networks:
        judged = ("median_ms", "p95_ms", "low_ms", "high_ms", "watts", "threads", "batch")
        if wrong := _implausible(timing, judged):
            return wrong
        if timing.is_measured and timing.median_ms is None:
            return "median_ms is missing"
        if timing.celsius is not None and not isfinite(timing.celsius):
            return f"celsius is {timing.celsius}"
    for chain in timings.chains:
        if wrong := _implausible(chain, ("photo_ms", "threads")):
            return wrong
        if not isfinite(chain.faces):
            return f"faces is {chain.faces}"
    return ""


def _implausible(timing: Timing | ChainTiming, names: Sequence[str]) -> str:
    values = ((name, getattr(timing, name)) for name in names)
    wrong = ((n, v) for n, v in values if v is not None and not _PLAUSIBLE[0] <= v <= _PLAUSIBLE[1])
    return next((f"{name} is {value}" for name, value in wrong), "")


def _refused(file: Path, why: str) -> UsageError:
    return UsageError(
        f"{file}: holds no times as `zoo bench --out` or `zoo estimate --json` write them ({why})"
    )
