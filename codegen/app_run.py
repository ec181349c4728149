"""Runs a built app on one picture and reads its output."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import ToolchainError, VerifyError
from zoo.plugs import AppRun
from zoo.recipe import GoldenInput
from zoo.signal_file import SIGNAL_SUFFIX

__all__ = ["run_app"]

_TIMEOUT_S = 120


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
    with TemporaryDirectory(prefix="zoo-app-") as folder:
        raw = Path(folder) / "raw.jsonl"
        words = ["--source", str(golden.image), *_box(golden), "--model", str(artifact)]
        command = [*launcher, str(program), *words, "--raw-outputs", str(raw), *options]
        printed = _run(command, golden)
        written = raw.read_text("utf-8") if raw.exists() else ""
    outputs = _first_line(written, f"{program}: the file of --raw-outputs").get("outputs", {})
    record = _first_line(printed, f"{program}: its output")
    return AppRun({name: _array(values) for name, values in outputs.items()}, record)


def _box(golden: GoldenInput) -> list[str]:
    """Return the option for a picture's box; signals are taken whole."""
    if golden.image.suffix == SIGNAL_SUFFIX:
        return []
    return ["--box", ",".join(repr(float(value)) for value in golden.box)]


def _first_line(text: str, where: str) -> Mapping[str, Any]:
    """Return the JSON object in the first line; raises VerifyError."""
    line = text.partition("\n")[0]
    try:
        found = json.loads(line)
    except json.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise VerifyError(f"{where} begins with {line[:80]!r}; expected a JSON object")
    return found


def _run(command: list[str], golden: GoldenInput) -> str:
    try:
        finished = subprocess.run(
            command, capture_output=True, encoding="utf-8", timeout=_TIMEOUT_S, check=False
        )
    except OSError as error:
        raise ToolchainError(f"{command[0]}: cannot be started here ({error.strerror})") from error
    except subprocess.TimeoutExpired as error:
        raise VerifyError(
            f"{command[0]}: picture '{golden.name}' took more than {_TIMEOUT_S} s"
        ) from error
    if finished.returncode != 0:
        raise VerifyError(
            f"{command[0]}: failed on picture '{golden.name}' with status {finished.returncode}: "
            f"{finished.stderr.strip()}"
        )
    return finished.stdout


def _array(values: object) -> NDArray[np.float32]:
    # JSON has no nan, the app writes null; nine digits represent every float32 exactly.
    return np.array(values, np.float64).astype(np.float32)
