"""Standard output of a program: what it does not take is told from refusals of other files."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

__all__ = ["OutputError", "open_standard_files", "standard_output"]

_ERROR = 2
"""The highest descriptor of a standard file."""


class OutputError(OSError):
    """Standard output takes nothing, or is closed."""


class _Output:
    """Standard output, whose errors are OutputErrors."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with _named():
            return self._stream.write(text)

    def flush(self) -> None:
        with _named():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (of any stream)
        return getattr(self._stream, name)


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(error.errno, error.strerror) from error


@contextmanager
def standard_output() -> Iterator[None]:
    """Print with OutputError for what cannot be written, at the end at the latest."""
    before: TextIO | None = sys.stdout
    if before is None:
        raise OutputError(0, "it is closed")
    sys.stdout = _Output(before)
    try:
        yield
        sys.stdout.flush()
    finally:
        sys.stdout = before
        _drop_rest(before)


def _drop_rest(stream: TextIO) -> None:
    """Make sure that the interpreter does not stumble over what could not be written."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def open_standard_files() -> None:
    """Open what the caller closed, so that no other file takes its place."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) < _ERROR:
        pass
    if descriptor > _ERROR:
        os.close(descriptor)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
