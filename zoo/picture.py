"""A picture: the file of a photo, with the box of what the network looks at."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.errors import DataError
from zoo.step import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Picture", "read_picture"]


@dataclass(frozen=True)
class Picture:
    """A photo and a box (x, y, width, height) in its pixels; None means the whole photo."""

    path: Path
    box: Box | None = None

    def read(self) -> "NDArray[np.uint8]":
        """Return [H, W, 3] uint8 RGB; raises DataError naming the file."""
        return read_picture(self.path)


def read_picture(path: Path) -> "NDArray[np.uint8]":
    """Return a photo as [H, W, 3] uint8 RGB; raises DataError naming the file."""
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise DataError(
            f"{path}: cannot be read as a picture ({error}); PNG, JPEG and BMP are"
        ) from error
