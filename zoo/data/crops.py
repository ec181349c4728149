"""Labelled faces in memory, from a landmark data set."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zoo.errors import LabelError

__all__ = ["Crops", "Row", "numeric_cell"]

Row = Mapping[str, str]


@dataclass(frozen=True)
class Crops:
    """Square crops of N faces, all the same size.

    images: [N, S, S, 3] uint8 RGB.  landmarks: [N, K, 2] float32 (x, y) in crop pixels, pixel
    centres at integers.  rows: all columns of each face, as text.  paths: of the N crops, or of
    the photos if they are cropped on reading.
    """

    images: NDArray[np.uint8]
    landmarks: NDArray[np.float32]
    rows: tuple[Row, ...]
    paths: tuple[Path, ...]

    def of(self, paths: Collection[Path]) -> "Crops":
        """Return the faces of these photos only."""
        wanted = set(paths)
        chosen = [index for index, path in enumerate(self.paths) if path in wanted]
        rows = tuple(self.rows[index] for index in chosen)
        kept = tuple(self.paths[index] for index in chosen)
        return Crops(self.images[chosen], self.landmarks[chosen], rows, kept)

    @property
    def normalised(self) -> NDArray[np.float32]:
        """Landmarks as fractions of the crop, 0 and 1 being its outer edges."""
        return (self.landmarks + np.float32(0.5)) / np.float32(self.images.shape[1])

    def column(self, name: str) -> NDArray[np.float64]:
        """Return a numeric column, [N]; raises DataError if it is missing or not a number."""
        return np.array([numeric_cell(row, name, f"face '{row['file']}'") for row in self.rows])


def numeric_cell(row: Row, column: str, where: str) -> float:
    """Return one cell as a number; raises DataError naming `where` for any other text."""
    text = row.get(column)
    try:
        value = float(text or "")
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise LabelError(f"{where}: column '{column}' is {text!r}, it must be a finite number")
    return value
