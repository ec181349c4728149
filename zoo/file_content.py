"""What a file holds, and what is written to one, with errors that name it."""

import errno
import json
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from zoo.errors import ArtifactError, DataError, NotWrittenError, ZooError

__all__ = [
    "DAMAGED_ZIP",
    "artifact_facts",
    "demand_writable",
    "file_content",
    "naming",
    "write_whole",
]

DAMAGED_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,  # in data of bzip2
    NotImplementedError,  # another compression
    RuntimeError,  # an encrypted member
    ValueError,
    OverflowError,
)
"""What `zipfile` raises for the bytes of a damaged archive."""


def file_content(file: Path, failure: type[ZooError]) -> bytes:
    """Return the file's bytes; raises `failure` if it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise failure(f"{file}: cannot be read ({error.strerror})") from error


def artifact_facts(file: Path) -> dict[str, Any]:
    """Return the table in a JSON file of an artifact; raises ArtifactError for anything else."""
    try:
        facts = json.loads(file_content(file, ArtifactError))
    except (ValueError, RecursionError) as error:
        raise ArtifactError(f"{file}: is not JSON ({error}); build it again") from error
    if not isinstance(facts, dict):
        raise ArtifactError(f"{file}: holds a {type(facts).__name__}, no table; build it again")
    return facts


def demand_writable(file: Path) -> None:
    """Raise NotWrittenError if `write_whole` would, as far as can be seen before; writes nothing.

    It is for results of long work.
    """
    folder = file.parent
    try:
        if file.is_dir():
            raise NotWrittenError(f"{file}: is a folder; give a file in it")
        if not folder.is_dir():
            raise NotWrittenError(
                f"{file}: there is no folder '{folder}'; create it, or give another"
            )
        is_beside = not file.exists() or file.is_file()  # written beside, then renamed
        if not os.access(folder if is_beside else file, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise NotWrittenError(f"{file}: cannot be written ({error.strerror})") from error


def write_whole(file: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all, unless it is a device or pipe.

    Raises UsageError if it cannot be written.
    """
    partial = file.with_name(f".{file.name}.partial")
    try:
        if file.exists() and not file.is_file():
            file.write_bytes(content)
            return
        partial.write_bytes(content)
        partial.replace(file)
    except OSError as error:
        raise NotWrittenError(f"{file}: cannot be written ({error.strerror})") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


@contextmanager
def naming(
    file: Path,
    kind: str,
    remedy: str,
    expected: type[Exception] | tuple[type[Exception], ...] = (OSError, ValueError),
) -> Iterator[None]:
    """Turn expected exceptions into a DataError: the file cannot be read as a `kind`."""
    try:
        yield
    except expected as error:
        if isinstance(error, OSError) and error.strerror:
            raise DataError(f"{file}: cannot be read ({error.strerror})") from error
        raise DataError(f"{file}: cannot be read as a {kind} ({error}); {remedy}") from error
