"""Heads of landmarks in training."""

from collections.abc import Iterable

import torch
from torch import nn

__all__ = ["point_heads", "say_little"]


def point_heads(features: int, layouts: Iterable[int]) -> nn.ModuleDict:
    """Return a linear head for each number of points, by that number as text, that says little."""
    heads = {str(points): nn.Linear(features, 2 * points) for points in layouts}
    for head in heads.values():
        say_little(head)
    return nn.ModuleDict(heads)


def say_little(head: nn.Linear) -> None:
    """Initialise a head to output nearly the mean face."""
    with torch.no_grad():
        head.weight.mul_(0.1)
        head.bias.zero_()
