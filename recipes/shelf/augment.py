"""Random crops of faces and their landmarks, for a whole batch at once on its device.

Coordinates are fractions: 0 and 1 are the outer edges of the picture, so pixel i of S has its
centre at (i + 0.5) / S. All randomness comes from the given generator.
"""

import math

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from recipes.shelf.augmentation import Augmentation
from recipes.shelf.random_values import chance, uniform

__all__ = ["cut_faces", "face_squares", "own_squares", "random_cuts", "square_matrices"]


def random_cuts(
    images: Tensor,
    landmarks: Tensor,
    squares: tuple[Tensor, Tensor],
    mirror: Tensor,
    size: int,
    options: Augmentation,
    generator: Generator,
) -> tuple[Tensor, Tensor]:
    """Return randomly rotated, shifted, scaled and mirrored crops, and their landmarks.

    images: [N, 3, S, S] uint8.  landmarks: [N, K, 2] fractions of the image, nan for missing
    labels.  squares: the crops of deployment, from `face_squares`.
    mirror: [K], the order of the points in a mirrored face.
    Returns [N, 3, size, size] float32 in 0..1 and [N, K, 2] fractions of the crop.
    """
    matrices, mirrored = _random_matrices(squares, options, generator)
    cuts, points = cut_faces(images, landmarks, matrices, size)
    points = torch.where(mirrored[:, None, None], points[:, mirror], points)
    return cuts, points


def face_squares(landmarks: Tensor, scale: float) -> tuple[Tensor, Tensor]:
    """Return centre [N, 2] and side [N] of squares `scale` times the landmarks' longer side.

    landmarks: [N, K, 2]; nan is ignored.
    """
    low = landmarks.nan_to_num(math.inf).amin(dim=1)
    high = landmarks.nan_to_num(-math.inf).amax(dim=1)
    return (low + high) / 2, (high - low).amax(dim=1) * scale


def own_squares(landmarks: Tensor, own: int, scale: float) -> tuple[Tensor, Tensor]:
    """Return `face_squares` of the first `own` landmarks if a face has them, otherwise of the rest.

    landmarks: [N, K, 2]; nan for missing labels.
    """
    first = landmarks[:, :own]
    has_own = ~first.isnan().any(dim=(1, 2))
    others = landmarks.masked_fill(has_own[:, None, None], torch.nan)
    return face_squares(torch.cat([first, others], dim=1), scale)


def square_matrices(centres: Tensor, sides: Tensor) -> Tensor:
    """Return [N, 2, 3] maps from a crop to the image, both in -1..1, for upright squares."""
    matrices = torch.zeros(len(sides), 2, 3, device=sides.device)
    matrices[:, 0, 0] = matrices[:, 1, 1] = sides
    matrices[:, :, 2] = 2 * centres - 1
    return matrices


def cut_faces(
    images: Tensor, landmarks: Tensor, matrices: Tensor, size: int
) -> tuple[Tensor, Tensor]:
    """Crop bilinearly, with repeated edge pixels, and transform the landmarks.

    images: [N, 3, S, S] uint8.  landmarks: [N, K, 2] fractions.  matrices: [N, 2, 3] from the crop
    to the image, both in -1..1.  Returns [N, 3, size, size] in 0..1 and [N, K, 2] fractions.
    """
    grid = F.affine_grid(matrices, [len(images), 3, size, size], align_corners=False)
    cuts = F.grid_sample(images.float() / 255, grid, padding_mode="border", align_corners=False)
    offsets = (2 * landmarks - 1) - matrices[:, None, :, 2]
    inverse = torch.linalg.inv(matrices[:, :, :2])
    points = torch.einsum("nij,nkj->nki", inverse, offsets)
    return cuts, (points + 1) / 2


def _random_matrices(
    squares: tuple[Tensor, Tensor], options: Augmentation, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Return maps from crop to image, [N, 2, 3] in -1..1, and which of them mirror, [N] bool."""
    centres, sides = squares
    count = len(sides)
    sides = sides * uniform((count,), *options.box_jitter, generator)
    shift = uniform((count, 2), -options.shift, options.shift, generator)
    matrices = square_matrices(centres + shift * sides[:, None], sides)
    mirrored = chance((count,), options.mirror_probability, generator)
    turn = _rotations(count, options, generator) @ _shears(count, options, generator)
    turn[:, :, 0] *= torch.where(mirrored, -1.0, 1.0)[:, None]
    matrices[:, :, :2] = matrices[:, :, :2] @ turn
    return matrices, mirrored


def _rotations(count: int, options: Augmentation, generator: Generator) -> Tensor:
    limit = math.radians(options.rotation_deg)
    angles = uniform((count,), -limit, limit, generator)
    angles = angles * chance((count,), options.rotation_probability, generator)
    cos, sin = torch.cos(angles), torch.sin(angles)
    return torch.stack([cos, -sin, sin, cos], dim=1).view(-1, 2, 2)


def _shears(count: int, options: Augmentation, generator: Generator) -> Tensor:
    limit = math.radians(options.shear_deg)
    angles = uniform((count,), -limit, limit, generator)
    angles = angles * chance((count,), options.shear_probability, generator)
    matrices = torch.eye(2, device=angles.device).repeat(count, 1, 1)
    matrices[:, 0, 1] = torch.tan(angles)
    return matrices
