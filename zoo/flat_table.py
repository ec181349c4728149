"""A table of a flatbuffer, read with every offset checked: damaged files raise errors.

Format: "FlatBuffer Internals" in the FlatBuffers documentation. Fields are numbered as in the
schema, from 0. Offsets are relative to their own position.
"""

import struct
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["FlatTable"]

_OFFSET, _OFFSET_BYTES = "<I", 4
_VTABLE_HEADER_BYTES = 4
_FIELD_BYTES = 2
_TABLE_BYTES = 16
_REAL = "<f"
_COPIED_BYTES_MIN = 1 << 22
_COPIED_TIMES = 16
"""How often the content may be copied, by vectors that overlap: files share equal ones."""


class _Allowance:
    """Bytes that may still be copied from a file."""

    def __init__(self, content: bytes) -> None:
        self._bytes = _COPIED_BYTES_MIN + _COPIED_TIMES * len(content)

    def take(self, size: int) -> None:
        self._bytes -= size
        if self._bytes < 0:
            raise ValueError("its vectors overlap so often that they exceed the file many times")


class FlatTable:
    """One table. position: of its start in `content`.

    Every method raises ValueError for an offset outside the content, and `numbers` and `text` for
    more bytes of all tables than a file of this size has.
    """

    def __init__(self, content: bytes, position: int, allowance: _Allowance | None = None) -> None:
        self._content, self._position = content, position
        self._allowance = allowance or _Allowance(content)
        self._vtable = position - self._unpack("<i", position)
        self._vtable_bytes = self._unpack("<H", self._vtable)

    @classmethod
    def root(cls, content: bytes) -> Self:
        """Return the table that the whole file is."""
        (position,) = struct.unpack_from(_OFFSET, content) if len(content) >= 4 else (len(content),)
        return cls(content, position)

    def place(self, field: int) -> int | None:
        """Return a field's position in the content, None if absent."""
        entry = _VTABLE_HEADER_BYTES + _FIELD_BYTES * field
        if entry + _FIELD_BYTES > self._vtable_bytes:
            return None
        offset = self._unpack("<H", self._vtable + entry)
        return self._position + offset if offset else None

    def number(self, field: int, kind: str, default: int = 0) -> int:
        """Return an integer. kind: as the struct module names it, such as 'i'."""
        place = self.place(field)
        return default if place is None else int(self._unpack(f"<{kind}", place))

    def real(self, field: int) -> float:
        """Return a float32, 0 if absent."""
        place = self.place(field)
        if place is None:
            return 0.0
        self._require(place, _REAL)
        (value,) = struct.unpack_from(_REAL, self._content, place)
        return float(value)

    def numbers(self, field: int, dtype: str) -> NDArray[Any]:
        """Return a vector of numbers, empty if absent. dtype: such as '<i4'."""
        item_bytes = np.dtype(dtype).itemsize
        start, count = self._vector(field, item_bytes)
        self._allowance.take(count * item_bytes)
        return np.frombuffer(self._content, dtype, count, start)

    def data(self, field: int) -> memoryview:
        """Return the bytes of a vector without a copy, empty if absent; tables may share them."""
        start, count = self._vector(field, 1)
        return memoryview(self._content)[start : start + count]

    def text(self, field: int) -> str:
        """Return a string, empty if absent; invalid UTF-8 is replaced."""
        return self.numbers(field, "u1").tobytes().decode("utf-8", "replace")

    def table(self, field: int) -> "FlatTable | None":
        """Return the table that a field points to."""
        place = self.place(field)
        return None if place is None else self._table(place)

    def tables(self, field: int) -> tuple["FlatTable", ...]:
        """Return a vector of tables, empty if absent."""
        start, count = self._vector(field, _OFFSET_BYTES)
        places = range(start, start + count * _OFFSET_BYTES, _OFFSET_BYTES)
        self._allowance.take(count * _TABLE_BYTES)
        return tuple(map(self._table, places))

    def _table(self, place: int) -> "FlatTable":
        return FlatTable(self._content, self._follow(place), self._allowance)

    def _vector(self, field: int, item_bytes: int) -> tuple[int, int]:
        """Return the position and the number of a vector's items."""
        place = self.place(field)
        if place is None:
            return 0, 0
        header = self._follow(place)
        start, count = header + _OFFSET_BYTES, self._unpack(_OFFSET, header)
        if start + count * item_bytes > len(self._content):
            raise ValueError(
                f"{count} items at byte {start} reach beyond its {len(self._content)} bytes"
            )
        return start, count

    def _follow(self, place: int) -> int:
        return place + self._unpack(_OFFSET, place)

    def _unpack(self, kind: str, place: int) -> int:
        self._require(place, kind)
        (value,) = struct.unpack_from(kind, self._content, place)
        return int(value)

    def _require(self, place: int, kind: str) -> None:
        if not 0 <= place <= len(self._content) - struct.calcsize(kind):
            raise ValueError(f"an offset leads to byte {place} of {len(self._content)}")
