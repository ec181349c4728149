"""Reads PNG pictures with zlib and numpy only. Format: W3C, "Portable Network Graphics", 2003."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zoo.picture_header import read_header, turned

__all__ = ["read_png"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # by colour type: gray, RGB, gray + alpha, RGBA


def read_png(path: Path) -> NDArray[np.uint8]:
    """Return [H, W, 3] uint8 RGB of a picture with 8 bits a channel, not interlaced, turned right.

    Transparency is left out. Raises ValueError for another picture or a damaged one.
    """
    try:
        content = path.read_bytes()
        chunks = list(_chunks(content))
        orientation = read_header(content).orientation
        width, height, bits, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
        if bits != 8 or colour not in _CHANNELS or interlaced:
            raise ValueError("it must have 8 bits per channel, gray or RGB, without interlacing")
        channels = _CHANNELS[colour]
        data = zlib.decompress(b"".join(content for kind, content in chunks if kind == b"IDAT"))
        rows = np.frombuffer(data, np.uint8).reshape(height, 1 + width * channels)
    except (OSError, ValueError, IndexError, struct.error, zlib.error) as error:
        raise ValueError(f"{path}: cannot be read as a PNG picture ({error})") from error
    image_hwc = _unfiltered(rows, channels).reshape(height, width, channels)
    colours = image_hwc[..., : 1 if channels < 3 else 3]
    rgb = np.broadcast_to(colours, (height, width, 3))
    return np.ascontiguousarray(turned(rgb, orientation))


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not content.startswith(_SIGNATURE):
        raise ValueError("it does not start with the PNG signature")
    offset = len(_SIGNATURE)
    while offset < len(content):
        size, kind = struct.unpack_from(">I4s", content, offset)
        yield kind, content[offset + 8 : offset + 8 + size]
        offset += 12 + size


def _unfiltered(rows: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    """Undo chapter 9, "Filtering": each row was stored as a difference to its neighbours.

    rows: [H, 1 + W * channels], the filter's number first.
    """
    height, width = rows.shape[0], rows.shape[1] - 1
    result = np.zeros((height + 1, channels + width), np.uint8)  # zeros above and to the left
    for y, row in enumerate(rows, start=1):
        kind, stored, above = int(row[0]), row[1:], result[y - 1]
        line = result[y]
        if kind == 0:
            line[channels:] = stored
        elif kind == 2:
            line[channels:] = stored + above[channels:]
        else:
            _undo_by_pixel(kind, stored, line, above, channels)
    return result[1:, channels:]


def _undo_by_pixel(
    kind: int,
    stored: NDArray[np.uint8],
    line: NDArray[np.uint8],
    above: NDArray[np.uint8],
    channels: int,
) -> None:
    values, up = [0] * channels, above.tolist()
    for i, byte in enumerate(stored.tolist()):
        left, top, corner = values[i], up[i + channels], up[i]
        guess = {1: left, 3: (left + top) // 2, 4: _paeth(left, top, corner)}[kind]
        values.append((byte + guess) & 255)
    line[:] = values


def _paeth(left: int, above: int, corner: int) -> int:
    estimate = left + above - corner
    neighbours = (left, above, corner)
    return min(neighbours, key=lambda value: abs(estimate - value))
