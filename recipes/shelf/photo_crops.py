"""Crops labelled faces from whole photos, for training and evaluation.

A face is cropped to a square of whole pixels around its landmarks' box and resized to S x S:
x_crop = (x_photo - x0 + 0.5) * S / side - 0.5, with pixel centres at integers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zoo.data.crops import Crops, Row
from zoo.data.regions import landmark_box
from zoo.errors import LabelError
from zoo.picture import Picture, read_picture
from zoo.reporting import report

__all__ = [
    "TESTING",
    "TRAINING",
    "Cut",
    "LabelledPhoto",
    "boxed",
    "cut_face",
    "cut_photos",
    "square_around",
]

_REPORT_EVERY = 500


@dataclass(frozen=True)
class LabelledPhoto:
    """One face of a photo.

    landmarks: [K, 2] float64 photo pixels, pixel centres at integers.  row: other columns, as text.
    where: file and line of the label, for messages.
    """

    path: Path
    landmarks: NDArray[np.float64]
    row: Row
    where: str


@dataclass(frozen=True)
class Cut:
    """Crop settings. scale: side of the square over the box's longer side; size: S."""

    scale: float
    size: int


# Training crops have room to rotate and shift the face.
TRAINING = Cut(scale=1.6, size=160)
TESTING = Cut(scale=1.3, size=128)


def boxed(faces: Sequence[LabelledPhoto]) -> list[Picture]:
    """Return whole photos, unread, with the boxes of their faces; raises like `square_around`."""
    for face in faces:
        _extent(face)
    return [Picture(face.path, landmark_box(face.landmarks)) for face in faces]


def cut_photos(faces: Sequence[LabelledPhoto], cut: Cut) -> Crops:
    """Read the photos one by one, keeping only the crops.

    Rows get the columns source_width, source_height, crop_x0, crop_y0 and crop_side. Raises
    DataError naming the photo or label at fault.
    """
    points = len(faces[0].landmarks) if faces else 0
    images = np.empty((len(faces), cut.size, cut.size, 3), np.uint8)
    landmarks = np.empty((len(faces), points, 2), np.float32)
    rows: list[Row] = []
    for index, face in enumerate(faces):
        if index and index % _REPORT_EVERY == 0:
            report(f"{index} of {len(faces)} faces are read")
        photo = read_picture(face.path)
        _check_inside(face, photo)
        images[index], landmarks[index], square = cut_face(photo, face, cut)
        rows.append({**face.row, **_columns(photo, square)})
    return Crops(images, landmarks, tuple(rows), tuple(face.path for face in faces))


def cut_face(
    photo_hwc: NDArray[np.uint8], face: LabelledPhoto, cut: Cut
) -> tuple[NDArray[np.uint8], NDArray[np.float32], tuple[int, int, int]]:
    """Return the crop [S, S, 3], its landmarks [K, 2], and its square (x0, y0, side).

    Edge pixels are repeated beyond the photo. Reduction averages all pixels (triangle filter).
    """
    x0, y0, side = square = square_around(face, cut.scale)
    height, width = photo_hwc.shape[:2]
    rows = np.clip(np.arange(y0, y0 + side), 0, height - 1)
    columns = np.clip(np.arange(x0, x0 + side), 0, width - 1)
    region = Image.fromarray(photo_hwc[rows[:, None], columns])
    image = region.resize((cut.size, cut.size), Image.Resampling.BILINEAR)
    landmarks = (face.landmarks - (x0, y0) + 0.5) * (cut.size / side) - 0.5
    return np.asarray(image), landmarks.astype(np.float32), square


def square_around(face: LabelledPhoto, scale: float) -> tuple[int, int, int]:
    """Return (x0, y0, side) in whole pixels: [x0, x0 + side) from edge to edge.

    Raises DataError if all landmarks are at one position.
    """
    low, high = face.landmarks.min(axis=0), face.landmarks.max(axis=0)
    side = math.floor(scale * _extent(face) + 0.5)
    x0, y0 = np.floor((low + high) / 2 + 0.5 - side / 2 + 0.5)
    return int(x0), int(y0), side


def _extent(face: LabelledPhoto) -> float:
    """Return the longer side of the landmarks' box; raises DataError below a pixel."""
    extent = float(np.ptp(face.landmarks, axis=0).max())
    if extent < 1:
        raise LabelError(f"{face.where}: all landmarks are in one place; correct the label")
    return extent


def _check_inside(face: LabelledPhoto, photo_hwc: NDArray[np.uint8]) -> None:
    """Raise DataError if a landmark is outside the photo by more than half of its size."""
    size = np.array([photo_hwc.shape[1], photo_hwc.shape[0]])
    beyond = (face.landmarks < -size / 2) | (face.landmarks > size * 1.5)
    if beyond.any():
        point = int(beyond.any(axis=1).argmax())
        x, y = face.landmarks[point]
        raise LabelError(
            f"{face.where}: landmark {point} at ({x:g}, {y:g}) is far outside {face.path.name} of "
            f"{size[0]}x{size[1]} pixels; correct the label or put the right photo there"
        )


def _columns(photo_hwc: NDArray[np.uint8], square: tuple[int, int, int]) -> Row:
    names = ("source_width", "source_height", "crop_x0", "crop_y0", "crop_side")
    values = (photo_hwc.shape[1], photo_hwc.shape[0], *square)
    return {name: str(value) for name, value in zip(names, values, strict=True)}
