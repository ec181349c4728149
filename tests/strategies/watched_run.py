"""Runs a program as a new user, and tells what it leaves and whom it calls."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

__all__ = ["Traces", "watched"]


@dataclass(frozen=True)
class Traces:
    """What a program left. files: below HOME and TMPDIR.  calls: system calls to a network."""

    files: tuple[str, ...]
    calls: tuple[str, ...]


def watched(
    words: Sequence[object], folder: Path, environment: Mapping[str, str] | None = None
) -> Traces:
    """Run a program under strace with HOME and TMPDIR in a folder; skips where it cannot."""
    strace = _strace()
    home, temporary, log = folder / "home", folder / "tmp", folder / "calls"
    for place in (home, temporary):
        place.mkdir()
    passed = {k: v for k, v in os.environ.items() if k in ("PATH", "LD_LIBRARY_PATH")}
    own = {"HOME": str(home), "TMPDIR": str(temporary), "PYTHONDONTWRITEBYTECODE": "1"}
    finished = subprocess.run(
        [strace, "-f", "-qq", "-e", "trace=network", "-o", str(log), *map(str, words)],
        env={**passed, **own, **(environment or {})},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    left = (path for place in (home, temporary) for path in place.rglob("*"))
    return Traces(
        files=tuple(sorted(str(path.relative_to(folder)) for path in left)),
        calls=tuple(line for line in log.read_text().splitlines() if "AF_INET" in line),
    )


def _strace() -> str:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("no strace: apt install strace")
    if subprocess.run([strace, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("strace may not watch programs here")
    return strace
