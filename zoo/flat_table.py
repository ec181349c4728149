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
_REAL = "<f"


class FlatTable:
    """One table. position: of its start in `content`.

    Every method raises ValueError for an offset outside the content.
    """

    def __init__(self, content: bytes, position: int) -> None:
        self._content, self._position = content, position
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
        start, count = self._vector(field, np.dtype(dtype).itemsize)
        return np.frombuffer(self._content, dtype, count, start)

    def text(self, field: int) -> str:
        """Return a string, empty if absent; invalid UTF-8 is replaced."""
        return self.numbers(field, "u1").tobytes().decode("utf-8", "replace")

    def table(self, field: int) -> "FlatTable | None":
        """Return the table that a field points to."""
        place = self.place(field)
        return None if place is None else FlatTable(self._content, self._follow(place))

    def tables(self, field: int) -> tuple["FlatTable", ...]:
        """Return a vector of tables, empty if absent."""
        start, count = self._vector(field, _OFFSET_BYTES)
        places = range(start, start + count * _OFFSET_BYTES, _OFFSET_BYTES)
        return tuple(FlatTable(self._content, self._follow(place)) for place in places)

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
