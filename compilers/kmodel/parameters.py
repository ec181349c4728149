"""Batch norms and activation tables of a KPU layer, as 64-bit words."""

import struct
from collections.abc import Sequence
from typing import NamedTuple

__all__ = [
    "NORM_BYTES",
    "SEGMENTS",
    "SEGMENTS_BYTES",
    "BatchNorm",
    "Segment",
    "pack_norms",
    "pack_segments",
    "unpack_norms",
    "unpack_segments",
]

SEGMENTS = 16
_SEGMENTS_FORMAT = f"<{SEGMENTS}Q{SEGMENTS}B"
NORM_BYTES, SEGMENTS_BYTES = 8, struct.calcsize(_SEGMENTS_FORMAT)


class BatchNorm(NamedTuple):
    """One output channel: (sum * multiplier >> shift) + offset.

    multiplier: 24 bits, signed.  shift: 4 bits.  offset: 32 bits, signed.
    """

    multiplier: int
    shift: int
    offset: int


class Segment(NamedTuple):
    """A piece of the activation: round((v - start) * multiplier / 2**shift) + offset.

    It applies to values above `start` up to the next segment's start.
    start: 36 bits, signed.  multiplier: 16 bits, signed.  shift, offset: 8 bits.
    """

    start: int
    multiplier: int
    shift: int
    offset: int


def pack_norms(norms: Sequence[BatchNorm]) -> bytes:
    """Return the words; raises ValueError for a value beyond its bits."""
    words = (
        _bits("batch norm's multiplier", norm.multiplier, 24, signed=True)
        | _bits("batch norm's offset", norm.offset, 32, signed=True) << 24
        | _bits("batch norm's shift", norm.shift, 4) << 56
        for norm in norms
    )
    return struct.pack(f"<{len(norms)}Q", *words)


def unpack_norms(content: bytes) -> tuple[BatchNorm, ...]:
    """Return the batch norms of any number of words."""
    words = struct.unpack(f"<{len(content) // NORM_BYTES}Q", content)
    return tuple(
        BatchNorm(_signed(word, 24), word >> 56 & 15, _signed(word >> 24, 32)) for word in words
    )


def pack_segments(segments: Sequence[Segment]) -> bytes:
    """Return the words of 16 segments and their offsets; raises ValueError as `pack_norms`."""
    words = (
        _bits("segment's shift", segment.shift, 8)
        | _bits("segment's multiplier", segment.multiplier, 16, signed=True) << 8
        | _bits("segment's start", segment.start, 36, signed=True) << 24
        for segment in segments
    )
    offsets = (_bits("segment's offset", segment.offset, 8) for segment in segments)
    return struct.pack(_SEGMENTS_FORMAT, *words, *offsets)


def unpack_segments(content: bytes) -> tuple[Segment, ...]:
    """Return the 16 segments of 144 bytes."""
    values = struct.unpack(_SEGMENTS_FORMAT, content)
    pairs = zip(values[:SEGMENTS], values[SEGMENTS:], strict=True)
    return tuple(
        Segment(_signed(word >> 24, 36), _signed(word >> 8, 16), word & 255, offset)
        for word, offset in pairs
    )


def _bits(what: str, value: int, count: int, *, signed: bool = False) -> int:
    lowest = -(1 << (count - 1)) if signed else 0
    highest = lowest + (1 << count) - 1
    if not lowest <= value <= highest:
        raise ValueError(f"{what} is {value}; allowed are {lowest} to {highest}")
    return value & ((1 << count) - 1)


def _signed(word: int, count: int) -> int:
    value = word & ((1 << count) - 1)
    return value - (1 << count) if value >> (count - 1) else value
