"""Reading a file piece by piece, with every piece checked: damaged files raise errors."""

import struct
from typing import Any

__all__ = ["ByteReader"]


class ByteReader:
    """The bytes of a file from `position` on, to `end`.

    Every method raises ValueError for what lies beyond the end.
    """

    def __init__(self, content: bytes, position: int = 0, end: int | None = None) -> None:
        self._content, self.position = content, position
        self.end = len(content) if end is None else end

    @property
    def rest(self) -> int:
        """Number of bytes not yet read."""
        return self.end - self.position

    def take(self, count: int, what: str) -> bytes:
        """Return the next bytes. what: for the message."""
        self._require(count, what)
        self.position += count
        return self._content[self.position - count : self.position]

    def unpack(self, form: str, what: str) -> tuple[Any, ...]:
        """Return the next values. form: as the struct module names them, little endian."""
        return struct.unpack(f"<{form}", self.take(struct.calcsize(f"<{form}"), what))

    def rows(self, count: int, form: str, what: str) -> tuple[tuple[Any, ...], ...]:
        """Return the next `count` tuples of values."""
        taken = self.take(count * struct.calcsize(f"<{form}"), f"{count} {what}")
        return tuple(struct.iter_unpack(f"<{form}", taken))

    def part(self, count: int, what: str, spare: int = 0) -> "ByteReader":
        """Return a reader of the next bytes only, and go behind them.

        spare: how many of them may be absent at the end of the file.
        """
        if self.rest < count <= self.rest + spare:
            count = self.rest
        self._require(count, what)
        self.position += count
        return ByteReader(self._content, self.position - count, self.position)

    def at(self, position: int) -> "ByteReader":
        """Return a reader from another position of the file on."""
        return ByteReader(self._content, position)

    def _require(self, count: int, what: str) -> None:
        if not 0 <= count <= self.rest:
            raise ValueError(
                f"{what}: {count} bytes are expected from byte {self.position} on, where "
                f"{max(self.rest, 0)} are left"
            )
