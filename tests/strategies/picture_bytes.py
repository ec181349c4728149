"""Pictures of every kind, byte by byte: also of those kinds that Pillow does not write."""

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["CHANNELS", "bmp", "exif", "jpeg_segments", "png", "png_chunk"]

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type of PNG


def png(
    samples_hwc: NDArray[np.unsignedinteger],
    bits: int,
    colour: int,
    *chunks: tuple[bytes, bytes],
    after: Sequence[tuple[bytes, bytes]] = (),
) -> bytes:
    """Return a PNG without compression tricks. chunks: before the pixels; after: behind them."""
    height, width, channels = samples_hwc.shape
    assert channels == CHANNELS[colour]
    rows = b"".join(b"\0" + _packed(row.ravel(), bits) for row in samples_hwc)
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    pixels = (b"IDAT", zlib.compress(rows))
    listed = [(b"IHDR", head), *chunks, pixels, *after, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in listed)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk with its length and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _packed(samples: NDArray[np.unsignedinteger], bits: int) -> bytes:
    if bits == 16:
        return samples.astype(">u2").tobytes()
    if bits == 8:
        return samples.astype(np.uint8).tobytes()
    each = np.unpackbits(samples.astype(np.uint8)[:, None], axis=1)[:, 8 - bits :]
    return np.packbits(each.ravel()).tobytes()


def exif(orientation: int, order: str = "<", kind: int = 3) -> bytes:
    """Return Exif's TIFF structure, with another entry before the orientation."""
    start = b"II*\0" if order == "<" else b"MM\0*"
    other = struct.pack(f"{order}HHIHH", 0x010F, 2, 1, 0, 0)
    entry = struct.pack(f"{order}HHIHH", 0x0112, kind, 1, orientation, 0)
    return start + struct.pack(f"{order}IH", 8, 2) + other + entry + bytes(4)


def jpeg_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """Return a JPEG with further APP1 segments."""
    made = (b"\xff\xe1" + struct.pack(">H", len(s) + 2) + s for s in segments)
    return jpeg[:2] + b"".join(made) + jpeg[2:]


def bmp(
    rows: Sequence[bytes], width: int, bits: int, palette: bytes = b"", *, top_down: bool = False
) -> bytes:
    """Return a BMP of rows from the lowest one up, each without its padding."""
    padded = b"".join(row + bytes(-len(row) % 4) for row in rows)
    start = 54 + len(palette)
    height = -len(rows) if top_down else len(rows)
    head = struct.pack(
        "<IiiHHIIiiII", 40, width, height, 1, bits, 0, len(padded), 0, 0, len(palette) // 4, 0
    )
    return b"BM" + struct.pack("<IHHI", start + len(padded), 0, 0, start) + head + palette + padded
