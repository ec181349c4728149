"""Pictures that reach a fault of stb_image, each named as codegen.stb_fixes names the fault."""

import struct
from collections.abc import Sequence
from types import MappingProxyType

import numpy as np
from picture_bytes import png, png_chunk

__all__ = ["HOSTILE", "OVERFLOWING"]


def _segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def _quantization(step: int = 1) -> bytes:
    return _segment(0xDB, b"\x10" + struct.pack(">H", step) * 64)  # of 16 bits


def _huffman(kind: int, counts: Sequence[int], values: bytes) -> bytes:
    """Return a table. kind: 0 for DC, 1 for AC.  counts: of codes of each length from 1."""
    padded = bytes(counts) + bytes(16 - len(counts))
    return _segment(0xC4, bytes([kind << 4]) + padded + values)


def _jpeg(tables: bytes, scan: bytes, *, progressive: bool = False) -> bytes:
    """Return a gray JPEG of 8x8 pixels."""
    frame = struct.pack(">BHHBBBB", 8, 8, 8, 1, 1, 0x11, 0)
    start = bytes([1, 1, 0, 0, 0 if progressive else 63, 13 if progressive else 0])
    marker = 0xC2 if progressive else 0xC0
    head = b"\xff\xd8" + tables + _segment(marker, frame) + _segment(0xDA, start)
    return head + scan + b"\xff\xd9"


def _deflated(bits: str) -> bytes:
    """Return a zlib stream of bits in the order of RFC 1951, with no checksum that fits."""
    padded = bits + "0" * (-len(bits) % 8)
    packed = (int(padded[i : i + 8][::-1], 2) for i in range(0, len(padded), 8))
    return b"\x78\x01" + bytes(packed) + bytes(4)


def _png(bits: str) -> bytes:
    """Return a PNG of 8x1 gray pixels whose rows are one block of fixed codes."""
    whole = png(np.zeros((1, 8, 1), np.uint8), 8, 0)
    before = whole[: whole.index(b"IDAT") - 4]
    data = _deflated("1" + "10" + bits + "0000000")
    return before + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


_LITERALS = "00110000" * 9
_ONE_CODE = (1,)
_FLAT = _huffman(0, _ONE_CODE, b"\0") + _huffman(1, _ONE_CODE, b"\0")

HOSTILE = MappingProxyType(
    {
        "a Huffman table of more than 256 codes is written beyond its end": _jpeg(
            _quantization() + _huffman(0, [255] * 16, bytes(99)), b"\0"
        ),
        "bits after the end of a scan are shifted by negative counts": _jpeg(
            _quantization()
            + _huffman(0, _ONE_CODE, b"\0")
            + _huffman(1, [1, 0, 0, 0, 0, 0, 0, 0, 1], b"\x0e\x0f"),
            b"\0\0\x80\0",
        ),
        "Huffman tables that a file does not define are uninitialised memory": _jpeg(
            _quantization(), b"\x5a" * 9, progressive=True
        ),
        "quantization tables that a file does not define are zeros": _jpeg(_FLAT, bytes(4)),
        "a length code that DEFLATE does not have": _png(_LITERALS + "11000110" + "00000"),
        "a distance code that DEFLATE does not have copies uninitialised memory": _png(
            "00110000" + "0000110" + "11110" + _LITERALS[: 8 * 3]
        ),
    }
)

_LARGEST = "0" + "1" * 15  # the code of a value of 15 bits, and those of 32767
_SCAN = int("0" + _LARGEST * 63 + "1" * 15, 2).to_bytes(128, "big")

OVERFLOWING = _jpeg(
    _quantization() + _huffman(0, _ONE_CODE, b"\0") + _huffman(1, _ONE_CODE, b"\x0f"),
    _SCAN.replace(b"\xff", b"\xff\0"),
)
"""A file of the largest coefficients, for which integers overflow in the inverse transform."""
