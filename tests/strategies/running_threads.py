"""Counts the threads of a running program."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

__all__ = ["count_threads", "two_processors"]

two_processors = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2, reason="a pool of threads needs two processors"
)


def count_threads(command: Sequence[object], frame: bytes) -> int:
    """Return how many threads a program has that has printed a line for a frame.

    command: reads frames of that size from its standard input and waits for the next one in a
    thread of its own.
    """
    words = list(map(str, command))
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, env={}) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        try:
            running.stdin.write(frame)
            running.stdin.flush()
            line = running.stdout.readline()
            assert line.startswith(b"{"), running.stderr and running.stderr.read()
            return len(list(Path(f"/proc/{running.pid}/task").iterdir()))
        finally:
            running.kill()
