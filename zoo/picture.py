"""A picture: a photo file, with the box that the network looks at."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.errors import DataError
from zoo.file_content import naming
from zoo.picture_header import read_header, turned
from zoo.step import Box, Signal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Picture", "read_picture"]

_PICTURE = ("picture", "save it again as PNG, JPEG, BMP or PPM")
_FORMATS = ("PNG", "JPEG", "BMP", "PPM")


@dataclass(frozen=True)
class Picture:
    """A photo and a box (x, y, width, height) in its pixels; None for the whole photo."""

    path: Path
    box: Box | None = None

    def read(self) -> "NDArray[np.uint8] | Signal":
        """Return [H, W, 3] uint8 RGB; raises DataError naming the file."""
        return read_picture(self.path)

    def why_unreadable(self) -> str:
        """Return why its header is not that of a readable file; '' if it is."""
        if self.path.is_fifo():
            return f"{self.path}: is a pipe, no file"  # reading would wait for a writer
        try:
            self.check_header()
        except DataError as error:
            return str(error)
        return ""

    def check_header(self) -> None:
        """Raise DataError naming the file if it does not begin as a readable one."""
        with naming(self.path, *_PICTURE):
            read_header(self.path.read_bytes())


def read_picture(path: Path) -> "NDArray[np.uint8]":
    """Return a photo as [H, W, 3] uint8 RGB, the right way up; raises DataError naming the file.

    Like the C++ program, it keeps the upper 8 of 16 bits and drops alpha.
    """
    import numpy as np

    # Pillow may fail in any way on a damaged file.
    with naming(path, *_PICTURE, Exception):
        content = path.read_bytes()
        header = read_header(content)
        return np.ascontiguousarray(turned(_decoded(content), header.orientation))


def _decoded(content: bytes) -> "NDArray[np.uint8]":
    import io
    import warnings

    import numpy as np
    from PIL import Image

    with warnings.catch_warnings():
        # The size was checked against our own limit.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            image.info.pop("transparency", None)
            if not image.mode.startswith("I"):
                return np.asarray(image.convert("RGB"))
            upper = (np.asarray(image) >> 8).astype(np.uint8)
            return np.repeat(upper[..., np.newaxis], 3, axis=2)
