"""Random numbers for a batch, all from the given generator."""

import torch
from torch import Generator, Tensor

__all__ = ["chance", "normal", "uniform"]


def uniform(shape: tuple[int, ...], low: float, high: float, generator: Generator) -> Tensor:
    """Return numbers from low to high."""
    return low + (high - low) * _unit(shape, generator)


def chance(shape: tuple[int, ...], probability: float, generator: Generator) -> Tensor:
    """Return bools that are true with the given probability."""
    return _unit(shape, generator) < probability


def normal(shape: tuple[int, ...], generator: Generator) -> Tensor:
    """Return numbers with mean 0 and variance 1."""
    return torch.randn(shape, generator=generator, device=generator.device)


def _unit(shape: tuple[int, ...], generator: Generator) -> Tensor:
    return torch.rand(shape, generator=generator, device=generator.device)
