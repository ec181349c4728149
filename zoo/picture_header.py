"""Headers of picture files: which files are supported, and their orientation.

The generated C++ program accepts and refuses the same (core/picture_header.cpp). Formats: PNG
(third edition, 2025), JPEG (ITU-T T.81), Exif 3.0 (section 4.6.5), BMP (BITMAPINFOHEADER), PNM
(netpbm).
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PIXELS_MAX", "SUFFIXES", "PictureHeader", "read_header", "turned"]

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".ppm")
PIXELS_MAX = 1 << 27
"""134 megapixels, 0.4 GB as RGB."""

_PNG = b"\x89PNG\r\n\x1a\n"
_EXIF = b"Exif\0\0"
_ORIENTATION_TAG, _SHORT = 0x0112, 3
_START_OF_FRAME = range(0xC0, 0xD0)
_NO_FRAME = (0xC4, 0xC8, 0xCC)  # tables, an extension, and tables again
_FRAMES_READ = (0xC0, 0xC1, 0xC2)  # baseline, extended and progressive, by Huffman codes
_ALONE = (0x01, *range(0xD0, 0xD8))  # markers without a segment
_START_OF_SCAN, _END, _APP1, _APP14 = 0xDA, 0xD9, 0xE1, 0xEE
_ADOBE_CMYK = (0, 2)  # transforms of Adobe's marker for four channels: CMYK, YCCK
_BMP_HEADERS = (40, 108, 124)
_BMP_BITS = (1, 4, 8, 24, 32)
_BMP_GAP_MAX = 1024  # bytes between header and pixels that stb passes over
_PNM = re.compile(rb"P([56])" + rb"\s(?:\s|#[^\r\n]*[\r\n])*(\d{1,9})" * 3 + rb"\s")


@dataclass(frozen=True)
class PictureHeader:
    """Size as stored. orientation: as in Exif, 1 to 8; 1 is as stored."""

    width: int
    height: int
    orientation: int = 1


def read_header(content: bytes) -> PictureHeader:
    """Return a file's header; raises ValueError with the reason if it is not supported."""
    try:
        header = _reader(content)(content)
    except (struct.error, IndexError) as error:
        raise ValueError("the file is truncated") from error
    if header.width < 1 or header.height < 1:
        raise ValueError("it has no pixels")
    if header.width * header.height > PIXELS_MAX:
        raise ValueError(
            f"it has {header.width} x {header.height} pixels, at most {PIXELS_MAX} are supported; "
            "make it smaller"
        )
    return header


def turned(image_hwc: "NDArray[Any]", orientation: int) -> "NDArray[Any]":
    """Return an image the right way up."""
    if orientation >= 5:
        image_hwc = image_hwc.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        image_hwc = image_hwc[:, ::-1]
    if orientation in (3, 4, 7, 8):
        image_hwc = image_hwc[::-1]
    return image_hwc


def _reader(content: bytes) -> Callable[[bytes], PictureHeader]:
    readers = {_PNG: _png, b"\xff\xd8": _jpeg, b"BM": _bmp, b"P5": _pnm, b"P6": _pnm}
    for start, reader in readers.items():
        if content.startswith(start):
            return reader
    raise ValueError("its format is unknown")


def _png(content: bytes) -> PictureHeader:
    chunks = dict(reversed(list(_chunks(content))))  # the first of a kind counts
    width, height = struct.unpack_from(">II", chunks.get(b"IHDR", b""))
    return PictureHeader(width, height, _orientation(chunks.get(b"eXIf", b"")))


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and data of the chunks, IHDR first."""
    at, kind = len(_PNG), b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", content, at)
        data = content[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", content, at + 8 + length)
        if zlib.crc32(data, zlib.crc32(kind)) != checksum or (at == len(_PNG)) != (kind == b"IHDR"):
            raise ValueError(f"its chunk at byte {at} is damaged")
        yield kind, data
        at += 12 + length


def _jpeg(content: bytes) -> PictureHeader:
    size, exif, channels, is_adobe = (0, 0), b"", 3, False
    for marker, segment, end in _segments(content):
        if marker in _START_OF_FRAME and marker not in _NO_FRAME:
            if marker not in _FRAMES_READ:
                raise ValueError("it is a lossless or arithmetic JPEG; save it as baseline")
            bits, height, width, channels = struct.unpack_from(">BHHB", segment)
            if bits != 8:
                raise ValueError(f"it is a JPEG of {bits} bits per channel; save it with 8")
            size = width, height
        elif marker == _APP1 and segment.startswith(_EXIF) and not exif:
            exif = segment.removeprefix(_EXIF)
        elif marker == _APP14 and segment.startswith(b"Adobe\0"):
            is_adobe = is_adobe or segment[11] in _ADOBE_CMYK
        elif marker == _START_OF_SCAN and content.find(bytes((0xFF, _END)), end) < 0:
            raise ValueError("the file is truncated")
    if channels not in (1, 3) and not (channels == 4 and is_adobe):
        raise ValueError(f"it is a JPEG of {channels} channels of unknown meaning; save it as RGB")
    return PictureHeader(*size, _orientation(exif))


def _segments(content: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Yield marker, content and end of the segments up to the first scan."""
    at, marker = 2, 0
    while marker != _START_OF_SCAN:
        if content[at] != 0xFF:
            raise ValueError(f"it has no marker at byte {at}")
        while content[at] == 0xFF:
            at += 1
        marker = content[at]
        at += 1
        if marker in _ALONE:
            continue
        (length,) = struct.unpack_from(">H", content, at)
        yield marker, content[at + 2 : at + length], at + length
        at += length


def _orientation(tiff: bytes) -> int:
    """Return the orientation in Exif's TIFF structure, 1 if it has no valid one."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for index in range(count):
            entry = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * index)
            if entry[:3] == (_ORIENTATION_TAG, _SHORT, 1):
                return entry[3] if 1 <= entry[3] <= 8 else 1
    except struct.error:
        pass  # cut short: it says none
    return 1


def _bmp(content: bytes) -> PictureHeader:
    pixels_at, header_bytes, width, height, planes, bits, compression, *_, colours, _ = (
        struct.unpack_from("<IIiiHHIIIIII", content, 10)
    )
    gap = pixels_at - 14 - header_bytes
    palette = 4 * (colours or 1 << bits) if bits <= 8 else min(gap, _BMP_GAP_MAX)
    is_usual = (
        header_bytes in _BMP_HEADERS and bits in _BMP_BITS and (planes, compression) == (1, 0)
    )
    if not is_usual or gap < 0 or gap != palette:
        raise ValueError("it is an unsupported kind of BMP; save it without compression, as RGB")
    if pixels_at + (width * bits + 31) // 32 * 4 * abs(height) > len(content):
        raise ValueError("the file is truncated")
    return PictureHeader(width, abs(height))


def _pnm(content: bytes) -> PictureHeader:
    found = _PNM.match(content)
    if not found:
        raise ValueError("its PPM header is damaged")
    kind, width, height, largest = map(int, found.groups())
    if largest != 255:
        raise ValueError(f"its largest value is {largest}; it must be 255")
    if found.end() + width * height * (1 if kind == 5 else 3) > len(content):
        raise ValueError("the file is truncated")
    return PictureHeader(width, height)
