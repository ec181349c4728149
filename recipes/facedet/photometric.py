"""Random changes of colour, light and sharpness, for a whole batch at once."""

import torch
from torch import Generator, Tensor
from torch.nn import functional

from recipes.shelf.random_values import chance, normal, uniform

__all__ = ["change_colours"]

_NOISY, _BLURRED, _GRAY = 0.1, 0.06, 0.12


def change_colours(images: Tensor, generator: Generator) -> Tensor:
    """Return [N, 3, H, W] float32 in 0..255 of images in the same range, uint8."""
    x = images.float()
    each = (len(x), 1, 1, 1)
    coloured = chance(each, 0.6, generator).float()
    lit = chance(each, 0.7, generator).float()
    saturation = 1 + coloured * (uniform(each, 0.4, 1.4, generator) - 1)
    saturation = saturation * (~chance(each, _GRAY, generator)).float()
    tint = coloured * uniform((len(x), 3, 1, 1), -14.0, 14.0, generator)
    contrast = 1 + lit * (uniform(each, 0.55, 1.35, generator) - 1)
    brightness = 1 + lit * (uniform(each, 0.6, 1.35, generator) - 1)
    gray = x.mean(dim=1, keepdim=True)
    mean = gray.mean(dim=(2, 3), keepdim=True) + tint.mean(dim=1, keepdim=True)
    x = (gray + (x - gray) * saturation + tint - mean) * contrast + mean * brightness
    return _degraded(x, generator).clamp(0, 255)


def _degraded(x: Tensor, generator: Generator) -> Tensor:
    """Return the batch with some images noisy and some blurred."""
    each = (len(x), 1, 1, 1)
    sigma = uniform(each, 2.0, 12.0, generator) * chance(each, _NOISY, generator)
    x = x + sigma * normal(tuple(x.shape), generator) if sigma.any() else x
    blurred = functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
    return torch.where(chance(each, _BLURRED, generator), blurred, x)
