"""Augmentation of face crops and their landmarks, a whole batch at once in torch.

Coordinates are fractions: 0 and 1 are the outer edges of the picture, so that pixel i of S has its
centre at (i + 0.5) / S. All randomness comes from the generator that is handed in.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

__all__ = ["Augmentation", "augment", "cut_faces", "face_squares", "square_matrices"]


@dataclass(frozen=True)
class Augmentation:
    """Ranges of the random changes.

    box_scale: side of the cut over the longer side of the landmarks' box.  box_jitter: factors on
    that side.  shift: of the centre, in cut sides.  Probabilities are per face.
    """

    box_scale: float = 1.2
    box_jitter: tuple[float, float] = (0.9, 1.15)
    shift: float = 0.06
    rotation_deg: float = 30.0
    rotation_probability: float = 0.7
    mirror_probability: float = 0.5
    contrast: tuple[float, float] = (0.7, 1.3)
    brightness: float = 0.15
    gray_probability: float = 0.2
    cutout_probability: float = 0.4
    cutout_side: tuple[float, float] = (0.09, 0.4)


def augment(
    images: Tensor,
    landmarks: Tensor,
    mirror: Tensor,
    size: int,
    options: Augmentation,
    generator: Generator,
) -> tuple[Tensor, Tensor]:
    """Return random cuts of the faces and the landmarks in them.

    images: [N, 3, S, S] uint8.  landmarks: [N, K, 2] fractions of the image.  mirror: [K], the
    order of the points in a mirrored face.  Returns [N, 3, size, size] float32 in 0..1 and
    [N, K, 2] fractions of the cut.
    """
    matrices, mirrored = _random_cuts(landmarks, options, generator)
    cuts, points = cut_faces(images, landmarks, matrices, size)
    points = torch.where(mirrored[:, None, None], points[:, mirror], points)
    cuts = _photometric(cuts, options, generator)
    return _cutout(cuts, options, generator), points


def face_squares(landmarks: Tensor, scale: float) -> tuple[Tensor, Tensor]:
    """Return centre [N, 2] and side [N] of squares `scale` times the landmarks' longer side."""
    low, high = landmarks.amin(dim=1), landmarks.amax(dim=1)
    return (low + high) / 2, (high - low).amax(dim=1) * scale


def square_matrices(centres: Tensor, sides: Tensor) -> Tensor:
    """Return [N, 2, 3] maps from a cut to the image, both in -1..1, for upright squares."""
    matrices = torch.zeros(len(sides), 2, 3, device=sides.device)
    matrices[:, 0, 0] = matrices[:, 1, 1] = sides
    matrices[:, :, 2] = 2 * centres - 1
    return matrices


def cut_faces(
    images: Tensor, landmarks: Tensor, matrices: Tensor, size: int
) -> tuple[Tensor, Tensor]:
    """Cut bilinearly and move the landmarks along; beyond the image the edge pixels go on.

    images: [N, 3, S, S] uint8.  landmarks: [N, K, 2] fractions.  matrices: [N, 2, 3] from the cut
    to the image, both in -1..1.  Returns [N, 3, size, size] in 0..1 and [N, K, 2] fractions.
    """
    grid = F.affine_grid(matrices, [len(images), 3, size, size], align_corners=False)
    cuts = F.grid_sample(images.float() / 255, grid, padding_mode="border", align_corners=False)
    offsets = (2 * landmarks - 1) - matrices[:, None, :, 2]
    inverse = torch.linalg.inv(matrices[:, :, :2])
    points = torch.einsum("nij,nkj->nki", inverse, offsets)
    return cuts, (points + 1) / 2


def _random_cuts(
    landmarks: Tensor, options: Augmentation, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Return maps from cut to image, [N, 2, 3] in -1..1, and which of them mirror, [N] bool."""
    count = len(landmarks)
    centres, sides = face_squares(landmarks, options.box_scale)
    sides = sides * _uniform((count,), *options.box_jitter, generator)
    shift = _uniform((count, 2), -options.shift, options.shift, generator)
    matrices = square_matrices(centres + shift * sides[:, None], sides)
    turned = _chance((count,), options.rotation_probability, generator)
    limit = math.radians(options.rotation_deg)
    angles = _uniform((count,), -limit, limit, generator) * turned
    mirrored = _chance((count,), options.mirror_probability, generator)
    sign = torch.where(mirrored, -1.0, 1.0)
    cos, sin = torch.cos(angles), torch.sin(angles)
    turn = torch.stack([cos * sign, -sin, sin * sign, cos], dim=1).view(-1, 2, 2)
    matrices[:, :, :2] = matrices[:, :, :2] @ turn
    return matrices, mirrored


def _photometric(cuts: Tensor, options: Augmentation, generator: Generator) -> Tensor:
    """Change contrast and brightness, and take the colour from some."""
    per_face = (len(cuts), 1, 1, 1)
    contrast = _uniform(per_face, *options.contrast, generator)
    brightness = _uniform(per_face, -options.brightness, options.brightness, generator)
    cuts = (cuts * contrast + brightness).clamp(0, 1)
    gray = _chance(per_face, options.gray_probability, generator)
    return torch.where(gray, cuts.mean(dim=1, keepdim=True), cuts)


def _cutout(cuts: Tensor, options: Augmentation, generator: Generator) -> Tensor:
    """Cover a rectangle of some faces with one colour (DeVries and Taylor 2017, "Cutout")."""
    count, size = len(cuts), cuts.shape[-1]
    sides = _uniform((count, 2), *options.cutout_side, generator)
    starts = _random((count, 2), generator) * (1 - sides)
    colour = _random((count, 3, 1, 1), generator)
    centres = (torch.arange(size, device=cuts.device) + 0.5) / size
    inside = (centres >= starts[:, :, None]) & (centres < (starts + sides)[:, :, None])
    covered = inside[:, 0, None, :, None] & inside[:, 1, None, None, :]
    chosen = _chance((count, 1, 1, 1), options.cutout_probability, generator)
    return torch.where(covered & chosen, colour, cuts)


def _uniform(shape: tuple[int, ...], low: float, high: float, generator: Generator) -> Tensor:
    return low + (high - low) * _random(shape, generator)


def _chance(shape: tuple[int, ...], probability: float, generator: Generator) -> Tensor:
    return _random(shape, generator) < probability


def _random(shape: tuple[int, ...], generator: Generator) -> Tensor:
    return torch.rand(shape, generator=generator, device=generator.device)
