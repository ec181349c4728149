"""What a file holds, with errors that name it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zoo.errors import DataError, ZooError

__all__ = ["file_content", "naming"]


def file_content(file: Path, failure: type[ZooError]) -> bytes:
    """Return the file's bytes; raises `failure` if it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise failure(f"{file}: cannot be read ({error.strerror})") from error


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
