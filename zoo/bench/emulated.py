"""Latency of a bundle for another processor, its program run by an emulator on this machine."""

import platform
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from zoo import registry
from zoo.bench.board import by_part, network_words, of_network
from zoo.bench.film import Film
from zoo.bench.latency import ChainLatency, Latency
from zoo.bundle.bundle import Bundle
from zoo.bundle.elf import processors
from zoo.errors import UsageError
from zoo.plugs import AppGenerator
from zoo.trackable import finds_landmarks

__all__ = ["is_for_another_processor", "measure_emulated"]


def is_for_another_processor(bundle: Bundle) -> bool:
    """Whether this machine's processor cannot run the bundle's program itself."""
    program = bundle.manifest.program
    taken = processors(bundle.folder / program) if program else ()
    return bool(taken) and platform.machine() not in taken


def measure_emulated(
    bundle: Bundle, threads: int, runs: int
) -> tuple[tuple[Latency, ...], tuple[ChainLatency, ...]]:
    """Time a bundle's networks, and a chain by part, on one thread.

    Names say what stands for the board. Such times tell nothing about it but how the parts compare.
    Raises UsageError for more threads, ToolchainError without the emulator, NotImplementedError for
    an app that cannot do it.
    """
    if threads != 1:
        raise UsageError(f"--threads {threads}: an emulated program is timed on one thread")
    manifest, folder = bundle.manifest, bundle.folder
    app: AppGenerator = registry.load("app", manifest.app)
    artifacts = [folder / artifact.main for artifact in manifest.artifacts]
    detector = artifacts[1] if manifest.chain else None
    summary = partial(app.summary, folder / manifest.program, artifacts[0], detector)
    latencies = tuple(
        _named(of_network(bundle, model, 1, summary((*words, "--repeat", str(runs)))), app)
        for model, words in zip(manifest.models, network_words(bundle, f"{folder}/"), strict=True)
    )
    if manifest.chain is None:
        return latencies, ()
    film = Film.of(folder / manifest.chain.golden[0][1])
    with TemporaryDirectory(prefix="zoo-bench-") as place:
        frame = Path(place) / "frame"
        frame.write_bytes(film.rgb)
        shown = film.script(str(frame), runs)
        found = (
            replace(by_part(summary(("--source", film.source, *more), shown)), follows=bool(more))
            for more in _ways(bundle)
        )
        chains = tuple(replace(c, name=f"{folder.name}, {app.stand_in}") for c in found)
    return latencies, chains


def _named(latency: Latency, app: AppGenerator) -> Latency:
    return replace(latency, name=f"{latency.name}, {app.stand_in}")


def _ways(bundle: Bundle) -> Iterator[tuple[str, ...]]:
    """Yield the options of the runs: with tracking where there are landmarks to follow."""
    yield ()
    if finds_landmarks(bundle.contract):
        yield ("--track",)
