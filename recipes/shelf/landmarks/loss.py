"""Losses on landmarks and head pose."""

import math

import torch
from torch import Tensor

__all__ = ["pose_errors", "squared_distance", "wing"]


def wing(distances: Tensor, width: float = 10.0, curvature: float = 2.0) -> Tensor:
    """Return w ln(1 + |d| / e) if |d| < w, else |d| - C, with C making it continuous.

    distances: of any shape, in pixels of the input.  width: w.  curvature: e.
    Feng et al. 2018, "Wing Loss for Robust Facial Landmark Localisation with Convolutional Neural
    Networks", equation 5.
    """
    size = distances.abs()
    offset = width - width * math.log1p(width / curvature)
    near = width * torch.log1p(size / curvature)
    return torch.where(size < width, near, size - offset)


def squared_distance(distances: Tensor) -> Tensor:
    """Return d^2, PFLD's own distance (Guo et al. 2019, arXiv:1902.10859, equation 2)."""
    return distances.square()


def pose_errors(predicted: Tensor, target: Tensor) -> Tensor:
    """Return [N], the sum of 1 - cos(error) over yaw, pitch and roll.

    predicted, target: [N, 3] degrees.  The factor of the landmarks' distances in Guo et al. 2019,
    arXiv:1902.10859, equation 2; also the loss of the pose itself.
    """
    return (1 - torch.cos(torch.deg2rad(predicted - target))).sum(dim=1)
