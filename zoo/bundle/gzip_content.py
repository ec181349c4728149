"""The content of a gzip file (RFC 1952) as a bounded stream, as far as it is intact."""

import hashlib
import zlib
from collections.abc import Iterator
from typing import BinaryIO

__all__ = ["DAMAGED", "GzipContent", "TooLargeError", "gzip_header"]

# Magic, deflate, a comment follows, no time, no extra flags, unknown system.
_START = b"\x1f\x8b\x08\x10\x00\x00\x00\x00\x00\xff"
_HEADER_BYTES = len(_START) + len("sha256 ") + 64 + 1
_CHUNK_BYTES = 1 << 16
_OUT_BYTES = 1 << 20
DAMAGED = "the archive is cut off or damaged, copy it again"
_REPACKED = "the archive was packed again, by another program"

_CONTENT_BYTES_MAX = 4 << 30
_RATIO_MAX = 100
_FREE_BYTES = 16 << 20
"""Content that needs no ratio: a few photos of one colour are no bomb."""


class TooLargeError(Exception):
    """The content is larger than a bundle's."""


def gzip_header(body: bytes) -> bytes:
    """Return a header whose comment is a digest of everything after it.

    gzip's own checksum covers only the content; the digest detects a change to any byte.
    """
    return _header(hashlib.sha256(body).hexdigest())


def _header(digest: str) -> bytes:
    return _START + f"sha256 {digest}\0".encode()


class GzipContent:
    """Reads a file with a `gzip_header`, or any gzip file.

    damage: after the end, what is wrong with the file, '' for nothing.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.damage = ""
        self._file = file
        self._packed_bytes = 0
        self._content_bytes = 0
        self._chunks = self._inflated()
        self._waiting = bytearray()

    def read(self, size: int) -> bytes:
        """Return so many bytes, fewer where the readable content ends; raises TooLargeError."""
        while len(self._waiting) < size:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            self._waiting += chunk
        found = bytes(self._waiting[:size])
        del self._waiting[:size]
        return found

    def finish(self) -> None:
        """Read to the end, which tells the damage; raises TooLargeError."""
        self._waiting.clear()
        for _ in self._chunks:
            pass

    def _inflated(self) -> Iterator[bytes]:
        start = self._file.read(_HEADER_BYTES)
        is_ours = start.startswith(_START)
        digest = hashlib.sha256()
        inflater = zlib.decompressobj(-zlib.MAX_WBITS if is_ours else 16 + zlib.MAX_WBITS)
        chunk = b"" if is_ours else start
        while chunk or (chunk := self._file.read(_CHUNK_BYTES)):
            self._packed_bytes += len(chunk)
            digest.update(chunk)
            try:
                yield from self._of(inflater, chunk)
            except zlib.error:
                self.damage = DAMAGED
                return
            chunk = b""
        if not is_ours:
            self.damage = _REPACKED if inflater.eof else DAMAGED
        elif start != _header(digest.hexdigest()):
            self.damage = DAMAGED

    def _of(self, inflater: "zlib._Decompress", chunk: bytes) -> Iterator[bytes]:
        """Yield what a chunk adds, in parts of bounded size, as far as it is intact."""
        while chunk and not inflater.eof:
            before = inflater.copy()
            try:
                part = inflater.decompress(chunk, _OUT_BYTES)
            except zlib.error:
                yield from self._until_damage(before, chunk)
                raise
            chunk = inflater.unconsumed_tail
            yield from self._bounded(part)

    def _until_damage(self, inflater: "zlib._Decompress", chunk: bytes) -> Iterator[bytes]:
        for index in range(len(chunk)):
            try:
                part = inflater.decompress(chunk[index : index + 1])
            except zlib.error:
                return
            yield from self._bounded(part)

    def _bounded(self, part: bytes) -> Iterator[bytes]:
        self._content_bytes += len(part)
        allowed = _FREE_BYTES + _RATIO_MAX * (self._packed_bytes + _HEADER_BYTES)
        if self._content_bytes > min(allowed, _CONTENT_BYTES_MAX):
            raise TooLargeError(
                f"holds more than {_CONTENT_BYTES_MAX >> 30} GiB, or {_RATIO_MAX} times its size"
            )
        if part:
            yield part
