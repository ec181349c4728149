"""Programs that run beside a test, and what the system tells about them.

A test waits for an event, not for a time, and without a limit of its own: pytest's holds for all.
"""

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

__all__ = ["run_beside", "state", "until", "wait_for_end", "wait_for_file", "wait_for_sleep"]

_BETWEEN_S = 0.01


@contextmanager
def run_beside(words: Sequence[object], **keywords: Any) -> Iterator[subprocess.Popen]:
    """Run a program, its outputs piped, which ends with the block whatever happens there."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **keywords}
    with subprocess.Popen([*map(str, words)], **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def until(is_so: Callable[[], object]) -> None:
    """Wait until something is so."""
    while not is_so():
        time.sleep(_BETWEEN_S)


def state(process: int) -> str:
    """Return a process's state as ps(1) shows it: R runs, S waits, T stopped, X or Z has ended."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return "X"
    return status.rpartition(")")[2].split()[0]


def wait_for_end(process: int) -> None:
    """Wait until a process has ended; its parent, if any, need not have noticed."""
    until(lambda: state(process) in "XZ")


def wait_for_sleep(process: int) -> None:
    """Wait until a process waits in a call of the system, or has ended."""
    until(lambda: state(process) in "SXZ")


def wait_for_file(process: int, file: Path) -> None:
    """Wait until a process has opened a file, or has ended."""
    until(lambda: str(file) in _opened(process) or state(process) in "XZ")


def _opened(process: int) -> set[str]:
    """Return what a process has opened."""
    found = set()
    with suppress(OSError):  # it ends, or closes one
        for descriptor in Path(f"/proc/{process}/fd").iterdir():
            found.add(str(descriptor.readlink()))
    return found
