"""Runs a built app on one picture and reads its output."""

import json
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from zoo.errors import ProgramError, ToolchainError
from zoo.picture import read_picture
from zoo.plugs import AppRun, ChainRun
from zoo.program_end import ended, without_programs
from zoo.recipe import GoldenInput
from zoo.signal_file import SIGNAL_SUFFIX

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["answered_runs", "run_app", "run_chain", "run_firmware", "run_summary"]

_TIMEOUT_S = 600
"""A chain looks many times at a picture, and an emulator is slow on a busy machine."""


def run_app(
    program: Path,
    artifact: Path,
    golden: GoldenInput,
    options: Sequence[str] = (),
    launcher: Sequence[str] = (),
) -> AppRun:
    """Return outputs float32 by name, without the batch, and the record of one picture and box.

    options: additional arguments.  launcher: prefix that runs the program, such as an emulator and
    its options. Raises ToolchainError if the program cannot be started, VerifyError with its own
    message if it fails.
    """
    words = [*_box(golden), "--model", str(artifact), *options]
    return _first([*launcher, str(program)], golden.image, words)


def run_chain(
    program: Path,
    artifact: Path,
    detector: Path,
    picture: Path,
    options: Sequence[str] = (),
    launcher: Sequence[str] = (),
) -> ChainRun:
    """Return what a program with a detector finds in a whole picture. detector: its artifact.

    options, launcher, errors: as for `run_app`.
    """
    start = [*launcher, str(program)]
    words = ["--detector", str(detector), *options]
    alone = _first(start, picture, [*words, "--detector-only"])
    return ChainRun(alone, tuple(_runs(start, picture, [*words, "--model", str(artifact)])))


def run_summary(command: Sequence[str], film: str = "") -> Mapping[str, Any]:
    """Return the summary that a program prints last. film: an sh command whose output it reads.

    Errors: as for `run_app`.
    """
    given = [*command, "--json"]
    words = ["sh", "-c", f"{film} | {shlex.join(given)}"] if film else given
    lines = _objects(_run(words, "of the measurement"), f"{command[0]}: its output")
    if not lines or "summary" not in lines[-1]:
        raise ProgramError(f"{command[0]}: its output ends without a summary")
    summary: Mapping[str, Any] = lines[-1]["summary"]
    return summary


def run_firmware(command: Sequence[str], golden: Sequence[GoldenInput]) -> tuple[AppRun, ...]:
    """Return the results of a firmware that takes pictures with boxes from standard input.

    Each is a line "WIDTH HEIGHT X Y W H", and planes of red, green and blue. It prints two lines
    for each picture: the record, and the outputs. Errors: as for `run_app`.
    """
    frames = b"".join(map(_frame, golden))
    printed = _run(command, ", ".join(item.name for item in golden), frames)
    lines = _objects(printed, f"{command[-1]}: its output")
    if len(lines) != 2 * len(golden):
        raise ProgramError(
            f"{command[-1]}: its output has {len(lines)} lines; expected two for each of "
            f"{len(golden)} pictures"
        )
    pairs = zip(lines[::2], lines[1::2], strict=True)
    return tuple(AppRun(_outputs(line), record) for record, line in pairs)


def answered_runs(answer: Mapping[str, Any]) -> tuple[AppRun, ...]:
    """Return the results in an answer of a page's program: records and outputs of each region."""
    pairs = zip(answer["records"], answer["outputs"], strict=True)
    return tuple(AppRun(_outputs(line), record) for record, line in pairs)


def _frame(golden: GoldenInput) -> bytes:
    picture = read_picture(golden.image)
    height, width, _ = picture.shape
    numbers = " ".join(repr(float(value)) for value in golden.box)
    return f"{width} {height} {numbers}\n".encode() + picture.transpose(2, 0, 1).tobytes()


def _outputs(line: Mapping[str, Any]) -> "dict[str, NDArray[np.float32]]":
    return {name: _array(values) for name, values in line.get("outputs", {}).items()}


def _first(start: Sequence[str], picture: Path, words: Sequence[str]) -> AppRun:
    """Return the results of the first line; raises VerifyError if there is none."""
    found = _runs(start, picture, words)
    if not found:
        raise ProgramError(f"{start[-1]}: its output is empty; expected a JSON object")
    return found[0]


def _runs(start: Sequence[str], picture: Path, words: Sequence[str]) -> list[AppRun]:
    """Return the results of each line that the program prints."""
    with TemporaryDirectory(prefix="zoo-app-") as folder:
        raw = Path(folder) / "raw.jsonl"
        command = [*start, "--source", str(picture), *words, "--raw-outputs", str(raw)]
        printed = _run(command, picture.stem)
        written = raw.read_text("utf-8") if raw.exists() else ""
    records = _objects(printed, f"{start[-1]}: its output")
    raws = _objects(written, f"{start[-1]}: the file of --raw-outputs")
    if len(records) != len(raws):
        raise ProgramError(
            f"{start[-1]}: its output has {len(records)} lines, the file of --raw-outputs "
            f"{len(raws)}; each needs one for each region"
        )
    return [AppRun(_outputs(line), record) for line, record in zip(raws, records, strict=True)]


def _box(golden: GoldenInput) -> list[str]:
    """Return the option for a picture's box; signals are taken whole."""
    if golden.image.suffix == SIGNAL_SUFFIX:
        return []
    return ["--box", ",".join(repr(float(value)) for value in golden.box)]


def _objects(text: str, where: str) -> list[Mapping[str, Any]]:
    """Return the JSON object in each line; raises VerifyError."""
    return [_object(line, where) for line in text.splitlines()]


def _object(line: str, where: str) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except json.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise ProgramError(f"{where} has the line {line[:80]!r}; expected a JSON object")
    return found


def _run(command: Sequence[str], picture: str, given: bytes = b"") -> str:
    """Return what a program prints. picture: its name.  given: standard input."""
    try:
        finished = subprocess.run(
            command, input=given, capture_output=True, timeout=_TIMEOUT_S, check=False
        )
    except OSError as error:
        remedy = without_programs(Path(command[0]).parent)
        raise ToolchainError(
            f"{command[0]}: cannot be started here ({error.strerror})" + (remedy and f"; {remedy}")
        ) from error
    except subprocess.TimeoutExpired as error:
        raise ProgramError(
            f"{command[0]}: picture '{picture}' took more than {_TIMEOUT_S} s"
        ) from error
    if finished.returncode != 0:
        raise ProgramError(
            f"{command[0]}: failed on picture '{picture}' with {ended(finished.returncode)}: "
            f"{finished.stderr.decode('utf-8', 'replace').strip()}"
        )
    return finished.stdout.decode("utf-8")


def _array(values: object) -> "NDArray[np.float32]":
    # On demand: a build of what is cached runs nothing.
    import numpy as np

    # JSON has no nan, the app writes null; nine digits represent every float32 exactly.
    return np.array(values, np.float64).astype(np.float32)
