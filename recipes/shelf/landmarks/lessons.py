"""What teachers find in the training faces, once before a training, joined with the labels.

A teacher that sees every crop of a training can cost more than a small student's own step.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate

import torch
from lightning.pytorch.utilities import rank_zero_info
from torch import Tensor

from recipes.shelf.augment import cut_faces, own_squares, square_matrices
from recipes.shelf.landmark_data import Faces
from recipes.shelf.landmarks.teachers import Teacher
from recipes.shelf.layouts import layout_of
from zoo.contract import Contract
from zoo.reporting import Countdown

__all__ = ["learned_landmarks", "lessons"]

_CUTS = ((0.97, False), (1.0, True), (1.03, False), (1.0, True))
"""Factor on the side of the crop, and whether it is mirrored: a teacher's errors differ."""

_BATCH = 64
_TOLD = 10
"""Batches between two lines of progress, seconds to a minute on one core."""


def learned_landmarks(
    faces: Faces,
    layouts: Sequence[int],
    teachers: Mapping[int, Teacher],
    contract: Contract,
    weight: float,
) -> Tensor:
    """Return the landmarks to learn, shaped as those of the faces.

    They are the mean of labels, which weigh 1, and of the teachers' landmarks. A face without
    labels of a layout has the teachers' alone.
    layouts: numbers of points in the faces' landmarks, in order; the first is the network's own.
    """
    scale, size = float(contract.step("crop").parameters["scale"]), contract.input.shape[1]
    squares = own_squares(faces.landmarks, layouts[0], scale)
    parts = torch.tensor_split(faces.landmarks, list(accumulate(layouts))[:-1], dim=1)
    learned = []
    for points, labels in zip(layouts, parts, strict=True):
        if points in teachers:
            taught = lessons(faces.images, squares, teachers[points], points, size)
            both = (labels + weight * taught) / (1 + weight)
            learned.append(torch.where(labels.isnan(), taught, both))
        else:
            learned.append(labels)
    return torch.cat(learned, dim=1)


def lessons(
    images: Tensor, squares: tuple[Tensor, Tensor], teacher: Teacher, points: int, size: int
) -> Tensor:
    """Return what the teacher finds, the mean of several crops of each face.

    images: [N, 3, S, S] uint8.  squares: the crops of deployment, from `face_squares`.
    size: pixels of a crop's side.  Returns [N, points, 2] fractions of the image.
    """
    mirror = list(layout_of(points).mirror)
    found: list[Tensor] = []
    countdown = Countdown(len(images))
    for start in range(0, len(images), _BATCH):
        if found and len(found) % _TOLD == 0:
            done = f"teachers of {points} landmarks: {start} of {len(images)} faces"
            rank_zero_info(f"{done}{countdown.after(start)}")
        batch = slice(start, start + _BATCH)
        centres, sides = (part[batch] for part in squares)
        found.append(_taught(images[batch], centres, sides, teacher, mirror, size))
    return torch.cat(found)


def _taught(
    images: Tensor, centres: Tensor, sides: Tensor, teacher: Teacher, mirror: list[int], size: int
) -> Tensor:
    count = len(images)
    total = torch.zeros(count, len(mirror), 2)
    for factor, is_mirrored in _CUTS:
        matrices = square_matrices(centres, factor * sides)
        if is_mirrored:
            matrices[:, 0, 0] *= -1
        cuts, _ = cut_faces(images, torch.zeros(count, 0, 2), matrices, size)
        found = teacher(cuts).view(total.shape)
        found = found[:, mirror] if is_mirrored else found
        places = torch.einsum("nij,nkj->nki", matrices[:, :, :2], 2 * found - 1)
        total += (places + matrices[:, None, :, 2] + 1) / 2
    return total / len(_CUTS)
