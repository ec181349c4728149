"""Reader of the crops data sets: a folder of square face crops and their landmarks as CSV.

`annotations.csv` has a column `file` (a name below `images/`) and columns x0, y0, x1, y1, ...: crop
pixels with pixel centres at integers. Other columns (`dup_group`, `headpose_yaw`, ...) describe the
face and are kept as text.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recipes.shelf.label_table import columns_of, read_rows
from zoo.data.crops import Crops, Row, numeric_cell
from zoo.errors import LabelError
from zoo.picture import read_picture

__all__ = ["Crops", "Row", "points_of", "read_crops", "read_labels"]


def points_of(folder: Path) -> int:
    """Return how many landmarks the faces of `folder` have; raises DataError."""
    columns = columns_of(folder / "annotations.csv")
    return sum(1 for name in columns if name[:1] == "x" and name[1:].isdigit())


def read_crops(folder: Path, points: int) -> Crops:
    """Read all faces of `folder`; raises DataError naming the file, row or column at fault.

    Copies of a test face (`dup_of_test` not empty) are skipped.
    """
    rows, landmarks, paths = read_labels(folder, points)
    images = [_read_image(path) for path in paths]
    for path, image in zip(paths, images, strict=True):
        if image.shape != images[0].shape:
            raise LabelError(
                f"{path}: {len(image)} pixels wide, but {paths[0].name} has {len(images[0])}; "
                "all crops of a folder have one size"
            )
    return Crops(np.stack(images), landmarks, rows, paths)


def read_labels(
    folder: Path, points: int
) -> tuple[tuple[Row, ...], NDArray[np.float32], tuple[Path, ...]]:
    """Return rows, landmarks and paths, as `read_crops` without the images."""
    table = folder / "annotations.csv"
    rows = [row for row in _read_rows(table, points) if not row.get("dup_of_test")]
    if not rows:
        raise LabelError(f"{table}: no faces; at least one row is needed")
    landmarks = np.array([_landmarks(row, points, table) for row in rows], np.float32)
    return tuple(rows), landmarks, tuple(_image_path(folder, row) for row in rows)


def _read_rows(table: Path, points: int) -> list[Row]:
    if not table.is_file():
        raise LabelError(f"{table}: no such file; a crops data set has annotations.csv")
    _check_columns(table, columns_of(table), points)
    return read_rows(table)


def _check_columns(table: Path, found: Sequence[str], points: int) -> None:
    if not points:
        raise LabelError(f"{table}: column 'x0' is missing; crops have landmarks x0, y0, x1, ...")
    needed = ["file", *(f"{axis}{i}" for i in range(points) for axis in "xy")]
    missing = [name for name in needed if name not in found]
    if missing:
        raise LabelError(
            f"{table}: column '{missing[0]}' is missing; expected 'file' and x0, y0 to "
            f"x{points - 1}, y{points - 1}"
        )
    if f"x{points}" in found:
        raise LabelError(f"{table}: has more than the {points} landmarks of this model")


def _landmarks(row: Row, points: int, table: Path) -> list[tuple[float, float]]:
    where = f"{table}:{row['line']}"
    return [
        (numeric_cell(row, f"x{i}", where), numeric_cell(row, f"y{i}", where))
        for i in range(points)
    ]


def _image_path(folder: Path, row: Row) -> Path:
    """Return the path of the face's picture; distilled labels use the pictures of landmarks68."""
    if row.get("image_set") == "300w":
        return folder.parent.parent / "landmarks68" / "train" / "images" / row["file"]
    return folder / "images" / row["file"]


def _read_image(path: Path) -> NDArray[np.uint8]:
    if not path.is_file():
        raise LabelError(f"{path}: no such image, though annotations.csv names it")
    pixels = read_picture(path)
    if pixels.shape[0] != pixels.shape[1]:
        raise LabelError(f"{path}: {pixels.shape[1]}x{pixels.shape[0]} pixels, crops are square")
    return pixels
