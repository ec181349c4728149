"""Sends PNG pictures to the firmware over a serial port, and prints its JSON lines.

python3 send.py /dev/ttyACM0 photo.png

It needs numpy, Python 3.10 or newer, and Linux or macOS. The contract's steps prepare each picture
here, up to the network's pixels.
"""

import argparse
import json
import os
import select
import struct
import sys
import termios
import time
import tty
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from contract import preprocess
from numpy.typing import NDArray
from png import read_png

_MARK = b"PICT"
_LEVELS = 128  # of the normalization: (pixel - 128) / 128


def main() -> int:
    """Send the pictures in turn, each after the answer to the one before; return the status."""
    words = _parse()
    try:
        for line in exchange(_open(words.port), words.pictures, words.timeout):
            print(line, flush=True)
    except (OSError, ValueError, termios.error) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def exchange(port: int, pictures: list[Path], timeout_s: float) -> Iterator[str]:
    """Yield the firmware's lines, with the picture's path in those that answer one.

    port: a file descriptor.  Raises ValueError for a picture that cannot be read, and where no
    answer comes in time.
    """
    for picture in pictures:
        _write(port, message(network_pixels(read_png(picture))))
        for record in _records(port, timeout_s):
            answers = "frame" in record or "error" in record
            yield json.dumps({"source": str(picture), **record} if answers else record)
            if answers:
                break


def network_pixels(image_hwc: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the network's input [H, W, C] as pixels. image_hwc: [H, W, 3] RGB."""
    height, width = image_hwc.shape[:2]
    frame = preprocess(image_hwc, (0.0, 0.0, float(width), float(height)))
    if frame.input_chw is None:
        raise ValueError("contract: its steps make no input for the network")
    levels = np.floor(frame.input_chw * np.float32(_LEVELS) + np.float32(0.5))
    pixels: NDArray[np.uint8] = (levels.clip(-_LEVELS, _LEVELS - 1) + _LEVELS).astype(np.uint8)
    return pixels.transpose(1, 2, 0)


def message(pixels: NDArray[np.uint8]) -> bytes:
    """Return a picture as the firmware reads it: mark, size, pixels and their CRC-32."""
    content = pixels.tobytes()
    return (
        _MARK + struct.pack("<I", len(content)) + content + struct.pack("<I", zlib.crc32(content))
    )


def _open(path: str) -> int:
    port = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(port)
    settings = termios.tcgetattr(port)
    settings[4] = settings[5] = termios.B115200
    termios.tcsetattr(port, termios.TCSANOW, settings)
    return port


def _write(port: int, content: bytes) -> None:
    while content:
        content = content[os.write(port, content) :]


def _records(port: int, timeout_s: float) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of the port's lines; others, as of a debugger, are left out."""
    rest = b""
    deadline = time.monotonic() + timeout_s
    while select.select([port], [], [], max(0.0, deadline - time.monotonic()))[0]:
        *lines, rest = (rest + os.read(port, 4096)).split(b"\n")
        for line in lines:
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict):
                yield record
    raise ValueError(f"no answer from the board in {timeout_s:g} seconds; reset it and try again")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="pictures for the firmware")
    parser.add_argument("port", help="the board's serial port, such as /dev/ttyACM0")
    parser.add_argument("pictures", type=Path, nargs="+", help="PNG pictures")
    parser.add_argument("--timeout", type=float, default=30.0, help="seconds for an answer (30)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
