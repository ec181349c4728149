"""A film of one photo, with which a chain is timed."""

import shlex
from dataclasses import dataclass
from pathlib import Path

from zoo.picture import read_picture

__all__ = ["Film"]


@dataclass(frozen=True)
class Film:
    """A photo that is shown again and again. rgb: its pixels, height x width x 3 bytes."""

    width: int
    height: int
    rgb: bytes

    @classmethod
    def of(cls, photo: Path) -> "Film":
        """Return the film of a photo."""
        pixels = read_picture(photo)
        height, width, _ = pixels.shape
        return cls(width, height, pixels.tobytes())

    @property
    def source(self) -> str:
        """The program's --source for the frames in its standard input."""
        return f"raw:{self.width}x{self.height}:/dev/stdin"

    @staticmethod
    def script(frame: str, frames: int) -> str:
        """Return an sh command that writes that many frames. frame: the file with the pixels."""
        show = f"cat {shlex.quote(frame)}; i=$((i+1))"
        return f"{{ i=0; while [ $i -lt {frames} ]; do {show}; done; }}"
