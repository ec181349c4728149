"""Mild image augmentation that keeps images within a network's training domain."""

from collections.abc import Mapping

import torch
from torch import Generator, Tensor

__all__ = ["augment"]

_SHIFT = 1 / 16
"""Fraction of height and width."""

_LIGHT = 0.2
"""Fraction of the contrast, and of half the value range."""


def augment(batch: Mapping[str, Tensor], generator: Generator) -> dict[str, Tensor]:
    """Return the batch with each image [C, H, W] randomly mirrored, shifted and relit.

    Values stay within the batch's own range. Other inputs are unchanged.
    """
    return {
        name: _lit(_moved(values, generator), generator) if values.ndim == 4 else values
        for name, values in batch.items()
    }


def _moved(images: Tensor, generator: Generator) -> Tensor:
    """Mirror about half of the images and shift each, repeating borders."""
    count, _, height, width = images.shape
    mirrored = torch.rand(count, 1, generator=generator) < 0.5
    rows = _shifted(height, count, generator)
    columns = _shifted(width, count, generator)
    columns = torch.where(mirrored, columns.flip(1), columns)
    every = torch.arange(count)[:, None, None]
    moved = images.permute(0, 2, 3, 1)[every, rows[:, :, None], columns[:, None, :]]
    # Channels-last in memory, the fastest layout on CPUs.
    return moved.permute(0, 3, 1, 2)


def _shifted(size: int, count: int, generator: Generator) -> Tensor:
    """Return for each image the source of each of its `size` rows or columns, [count, size]."""
    reach = int(_SHIFT * size)
    shifts = torch.randint(-reach, reach + 1, (count, 1), generator=generator)
    return (torch.arange(size) + shifts).clamp(0, size - 1)


def _lit(images: Tensor, generator: Generator) -> Tensor:
    """Change contrast and brightness of each image."""
    low, high = images.amin(), images.amax()
    gain, shift = _LIGHT * (2 * torch.rand(2, len(images), 1, 1, 1, generator=generator) - 1)
    lit = images * (1 + gain) + shift * (high - low) / 2
    return torch.minimum(torch.maximum(lit, low), high)
