"""Reads the plain tar archives that bundles are: files and folders, and nothing else.

Format: POSIX.1-1988 ustar (IEEE Std 1003.1, pax, "ustar Interchange Format"). Extensions, which
bundles do not have, are refused: sparse files, PAX and GNU headers, numbers in base 256.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

__all__ = ["DamagedError", "Member", "RefusedError", "members"]

_BLOCK_BYTES = 512
_CHUNK_BYTES = 1 << 20
_FILE, _OLD_FILE, _FOLDER = b"0", b"\0", b"5"
_CHECKSUM = slice(148, 156)
_PROGRAM = 0o100

Read = Callable[[int], bytes]
"""Returns so many bytes, fewer at the end."""


class DamagedError(Exception):
    """The archive ends, or is changed, within a member."""


class RefusedError(Exception):
    """A member is not one of a bundle."""


@dataclass(frozen=True)
class Member:
    """A file or folder. content: of the file, to be read before the next member."""

    name: str
    is_folder: bool
    is_program: bool
    content: Iterator[bytes]


def members(read: Read) -> Iterator[Member]:
    """Yield the members up to the end mark; raises DamagedError or RefusedError."""
    while any(header := _exactly(read, _BLOCK_BYTES)):
        if _number(header[_CHECKSUM]) != _checksum(header):
            raise DamagedError
        name, kind = _name(header), header[156:157]
        if kind not in (_FILE, _OLD_FILE, _FOLDER) or header[257:262] != b"ustar":
            raise RefusedError(f"{name!r} is neither a file nor a folder")
        size = _number(header[124:136])
        if size is None or (kind == _FOLDER and size):
            raise RefusedError(f"{name!r} has a size that no bundle has")
        mode = _number(header[100:108])
        content = _content(read, size)
        yield Member(name, kind == _FOLDER, bool((mode or 0) & _PROGRAM), content)
        for _ in content:
            pass


def _content(read: Read, size: int) -> Iterator[bytes]:
    left = size
    while left:
        chunk = _exactly(read, min(left, _CHUNK_BYTES))
        left -= len(chunk)
        yield chunk
    _exactly(read, -size % _BLOCK_BYTES)


def _exactly(read: Read, size: int) -> bytes:
    content = read(size)
    if len(content) != size:
        raise DamagedError
    return content


def _name(header: bytes) -> str:
    prefix, name = _text(header[345:500]), _text(header[:100])
    try:
        return (prefix + b"/" + name if prefix else name).decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError(f"{name!r} is not UTF-8") from None


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _number(field: bytes) -> int | None:
    """Return an octal number, None for anything else, as numbers in base 256."""
    digits = field.strip(b"\0 ")
    return int(digits, 8) if digits and not digits.strip(b"01234567") else None


def _checksum(header: bytes) -> int:
    return sum(header) - sum(header[_CHECKSUM]) + len(header[_CHECKSUM]) * ord(" ")
