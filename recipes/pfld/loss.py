"""Losses on landmarks and head pose."""

import math

import torch
from torch import Tensor

__all__ = ["wing_loss"]


def wing_loss(
    predicted: Tensor, target: Tensor, width: float = 10.0, curvature: float = 2.0
) -> Tensor:
    """Mean of w * ln(1 + |d| / e) where |d| < w, else |d| - C, with C making it continuous.

    predicted, target: same shape, in pixels of the input.
    Feng et al. 2018, "Wing Loss for Robust Facial Landmark Localisation", equation 5.
    """
    distance = (predicted - target).abs()
    offset = width - width * math.log1p(width / curvature)
    near = width * torch.log1p(distance / curvature)
    return torch.where(distance < width, near, distance - offset).mean()
