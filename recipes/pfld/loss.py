"""Losses on landmarks and head pose."""

import math

import torch
from torch import Tensor

__all__ = ["pose_loss", "wing_loss"]


def wing_loss(
    predicted: Tensor, target: Tensor, width: float = 10.0, curvature: float = 2.0
) -> Tensor:
    """Mean of w ln(1 + |d| / e) where |d| < w, else of |d| - C, C making it continuous.

    predicted, target: one shape, in pixels of the input.  width: w.  curvature: e.
    Feng et al. 2018, "Wing Loss for Robust Facial Landmark Localisation with Convolutional Neural
    Networks", equation 5.
    """
    distance = (predicted - target).abs()
    offset = width - width * math.log1p(width / curvature)
    near = width * torch.log1p(distance / curvature)
    return torch.where(distance < width, near, distance - offset).mean()


def pose_loss(predicted: Tensor, target: Tensor) -> Tensor:
    """Mean over the faces of the sum of 1 - cos(error) over yaw, pitch and roll.

    predicted, target: [N, 3] degrees.  The factor of the landmark loss in Guo et al. 2019,
    arXiv:1902.10859, equation 2, here a term of its own, because our pose is an output.
    """
    errors = torch.deg2rad(predicted - target)
    return (1 - torch.cos(errors)).sum(dim=1).mean()
