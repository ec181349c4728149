"""Latency of a bundle on a user's board, measured by the bundle's program."""

import json
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from zoo.bench.film import Film
from zoo.bench.latency import ChainLatency, Latency
from zoo.bench.ssh import Finished, Shell
from zoo.bundle.bundle import Bundle, BundledModel
from zoo.bundle.elf import processors
from zoo.errors import BoardError, ProgramError, UsageError

__all__ = ["board_machine", "by_part", "measure_on_board", "network_words", "of_network"]

_Times = TypeVar("_Times")

_PARTS = ("detector", "tracking", "network", "rest")
_METERS = ("--power", "--heat")
_RUNTIME = "runtime.sh"
_PROCESSOR = (
    "tr -d '\\0' </proc/device-tree/model || sed -n 's/^model name[^:]*: //p' /proc/cpuinfo"
)


def board_machine(board: Shell) -> dict[str, object]:
    """Return the board's facts, with the keys of zoo.bench.timing.machine but without Python.

    Raises BoardError.
    """
    model, system = (_text(board.run(script)) for script in (_PROCESSOR, "uname -srm"))
    return {"processor": model.partition("\n")[0], "system": system, "python": ""}


def measure_on_board(
    board: Shell, archive: Path, bundle: Bundle, threads: int, runs: int
) -> tuple[tuple[Latency, ...], tuple[ChainLatency, ...]]:
    """Copy a bundle to the board, run its self-test, and time each of its networks.

    archive: the file that `bundle` was unpacked from. A network is timed in the box of its first
    golden picture, a chain's detector on its own. A chain is then timed by part on a film of the
    detector's first golden picture, and once more with tracking if the program can. Nothing is
    left on the board. Raises BoardError if the bundle cannot run there, VerifyError if it computes
    something else, UsageError if its program does not support the number of threads.
    """
    _check_processor(board, bundle)
    with _unpacked(board, archive) as folder:
        place = f"{folder}/{bundle.folder.name}"
        if (bundle.folder / _RUNTIME).is_file():
            _get_runtime(board, place)
        known = _help(board, place, bundle).split()
        options = _threads(known, threads)
        _self_test(board, place, options)
        programs = [
            (bundle.manifest.program, *words, "--json", *options) for words in network_words(bundle)
        ]
        meters = _meters(board, place, programs[0], known)
        more = ("--repeat", str(runs), *meters)
        latencies = tuple(
            _latency(board, place, bundle, model, (*program, *more), threads)
            for model, program in zip(bundle.manifest.models, programs, strict=True)
        )
        return latencies, tuple(_chains(board, place, bundle, known, threads, runs))


def _chains(
    board: Shell, place: str, bundle: Bundle, known: Sequence[str], threads: int, runs: int
) -> Iterator[ChainLatency]:
    """Yield the times of a chain by part; nothing for a bundle of one network."""
    if bundle.manifest.chain is None:
        return
    _, photo, _ = bundle.manifest.chain.golden[0]
    film = Film.of(bundle.folder / photo)
    with TemporaryDirectory(prefix="zoo-bench-") as here:
        (Path(here) / "frame").write_bytes(film.rgb)
        sent = board.run(f"cat >{shlex.quote(f'{place}/../frame')}", Path(here) / "frame")
    if sent.status != 0:
        raise BoardError(f"{board.host}: cannot write a photo there ({_said(sent)})")
    words = (bundle.manifest.program, "--source", film.source, "--json", *_threads(known, threads))
    for more in ((), ("--track",)) if "--track" in known else ((),):
        finished = _run(board, place, (*words, *more), film.script("../frame", runs))
        summary = _summary(board, finished, by_part)
        yield replace(summary, name=bundle.folder.name, follows=bool(more), threads=threads)


def by_part(summary: Mapping[str, Any]) -> ChainLatency:
    """Return the times of a program's summary; raises LookupError for one that has none."""
    photos, parts = summary["frames"], summary["parts_ms"]
    return ChainLatency(
        name="",
        follows=False,
        threads=1,
        photos=photos,
        faces=round(summary["faces"] / photos, 3),
        photo_ms=round(sum(parts.values()), 4),
        **{f"{part}_ms": round(parts[part], 4) for part in _PARTS},
    )


def _check_processor(board: Shell, bundle: Bundle) -> None:
    if not bundle.manifest.program:
        raise BoardError(
            f"{board.host}: the bundle for {bundle.manifest.target} holds sources, but no program; "
            "its README.md says how to build and time them"
        )
    if bundle.manifest.page:
        raise BoardError(
            f"{board.host}: the bundle's program is a page, {bundle.manifest.page}; open it in a "
            "browser of the board, where it shows its times"
        )
    program = bundle.folder / bundle.manifest.program
    found, taken = _text(board.run("uname -m")), processors(program)
    if taken and found not in taken:
        raise BoardError(
            f"{board.host}: its processor is '{found}', but the program for "
            f"{bundle.manifest.target} runs on {' or '.join(taken)}; build for that board's target"
        )


@contextmanager
def _unpacked(board: Shell, archive: Path) -> Iterator[str]:
    """Yield a folder on the board with the archive's content; kill what still runs in it."""
    made = board.run('mktemp -d "${TMPDIR:-/tmp}/zoo-bench-XXXXXX"')
    folder = _text(made)
    if made.status != 0 or not folder.startswith("/"):
        raise BoardError(
            f"{board.host}: cannot create a temporary folder there ({_said(made)}); "
            "free disk space there"
        )
    try:
        finished = board.run(f"tar xzf - -C {shlex.quote(folder)}", archive)
        if finished.status != 0:
            raise BoardError(
                f"{board.host}: cannot unpack the bundle in {folder} ({_said(finished)}); free "
                "disk space there"
            )
        yield folder
    finally:
        _remove(board, folder)


def _remove(board: Shell, folder: str) -> None:
    running = shlex.quote(f"{folder}/running")
    script = f"if [ -f {running} ]; then kill $(cat {running}); fi; rm -rf {shlex.quote(folder)}"
    try:
        try:
            board.run(script)
        except BoardError:
            # Ctrl-C may end ssh's shared connection a moment later. Then ssh logs in anew.
            board.run(script)
    except BoardError as error:
        raise BoardError(f"{error}; {folder} is still there, remove it") from error


def _run(board: Shell, place: str, words: Sequence[str], before: str = "") -> Finished:
    """Run a program of the bundle, with its process ID in the file `running` meanwhile.

    before: a command whose output the program reads.
    """
    command = f"{before} | {shlex.join(words)}" if before else shlex.join(words)
    return board.run(
        f"cd {shlex.quote(place)} && {{ {command} & echo $! >../running; wait $!; status=$?; "
        "rm ../running; exit $status; }"
    )


def _get_runtime(board: Shell, place: str) -> None:
    finished = _run(board, place, ("sh", _RUNTIME))
    if finished.status != 0:
        raise BoardError(
            f"{board.host}: cannot copy the inference runtime beside the program "
            f"({_said(finished)})"
        )


def _help(board: Shell, place: str, bundle: Bundle) -> str:
    finished = _run(board, place, (bundle.manifest.program, "--help"))
    if finished.status != 0:
        raise _cannot_run(board, finished)
    return finished.output


def _threads(known: Sequence[str], threads: int) -> tuple[str, ...]:
    if "--threads" in known:
        return ("--threads", str(threads))
    if threads != 1:
        raise UsageError(f"--threads {threads}: the bundle's program runs on one thread")
    return ()


def network_words(bundle: Bundle, place: str = "") -> Iterator[tuple[str, ...]]:
    """Yield the words with which the program runs each network alone, on a golden picture.

    place: start of the pictures' paths.
    """
    _, picture, box = bundle.manifest.golden[0]
    yield ("--source", place + picture, "--box", ",".join(map(repr, box)))
    if bundle.manifest.chain is not None:
        _, picture, _ = bundle.manifest.chain.golden[0]
        yield ("--source", place + picture, "--detector-only")


def _meters(
    board: Shell, place: str, program: Sequence[str], known: Sequence[str]
) -> tuple[str, ...]:
    """Return the options for the program's meters that work on this board."""
    options = [(option, "board") for option in _METERS if option in known]
    there = (o for o in options if _run(board, place, (*program, *o)).status == 0)
    return tuple(word for option in there for word in option)


def _self_test(board: Shell, place: str, options: Sequence[str]) -> None:
    finished = _run(board, place, ("./selftest", *options))
    if finished.status == 0:
        return
    broken = [line for line in finished.output.splitlines() if line.endswith("FAILED")]
    if not broken:
        raise _cannot_run(board, finished)
    raise ProgramError(
        f"{board.host}: the self-test failed ({broken[0]}); this board's results differ, do not "
        "deploy the bundle there"
    )


def _latency(
    board: Shell,
    place: str,
    bundle: Bundle,
    model: BundledModel,
    program: Sequence[str],
    threads: int,
) -> Latency:
    """Run the program and return its summary. model: the network that it then runs."""
    finished = _run(board, place, program)
    return _summary(board, finished, partial(of_network, bundle, model, threads))


def _summary(
    board: Shell, finished: Finished, told: Callable[[Mapping[str, Any]], _Times]
) -> _Times:
    """Return what a run's summary tells; raises BoardError if it has none."""
    if finished.status != 0:
        raise _cannot_run(board, finished)
    try:
        return told(json.loads(finished.output.splitlines()[-1])["summary"])
    except (ValueError, LookupError, TypeError) as error:
        raise BoardError(
            f"{board.host}: the bundle's program reports no latencies ({error!r}); rebuild it"
        ) from error


def of_network(
    bundle: Bundle, model: BundledModel, threads: int, summary: Mapping[str, Any]
) -> Latency:
    """Return the times of a program's summary. model: the network that it ran."""
    whole, steps = summary["inference_ms"], summary.get("steps_ms")
    times = summary.get("runtime_ms", whole)  # without conversions, if the program tells
    return Latency(
        name=f"{model.name} {model.quantization} {bundle.manifest.target}",
        model=model.name,
        runtime=bundle.manifest.app,
        scheme=model.scheme,
        threads=threads,
        runs=summary["frames"],
        median_ms=round(times["p50"], 4),
        p95_ms=round(times["p95"], 4),
        min_ms=round(times["min"], 4),
        border_ms=round(whole["p50"] - times["p50"], 4) if times is not whole else None,
        steps_ms=round(steps["p50"], 4) if steps else None,
        watts=summary.get("watts"),
        celsius=summary.get("celsius"),
        slowed=summary.get("slowed"),
    )


def _cannot_run(board: Shell, finished: Finished) -> BoardError:
    return BoardError(
        f"{board.host}: the bundle's program does not run there ({_said(finished)}); its README "
        "says what the board needs"
    )


def _said(finished: Finished) -> str:
    lines = (finished.error.strip() or finished.output.strip()).splitlines()
    return lines[-1].strip() if lines else f"status {finished.status}"


def _text(finished: Finished) -> str:
    return finished.output.strip()
