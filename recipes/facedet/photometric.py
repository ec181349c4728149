"""Random changes of colour, light and sharpness, for a whole batch at once."""

import torch
from torch import Generator, Tensor
from torch.nn import functional

from recipes.shelf.random_values import chance, normal, uniform

__all__ = ["change_colours"]

_NOISY, _BLURRED, _GRAY = 0.1, 0.06, 0.12


def change_colours(images: Tensor, generator: Generator) -> Tensor:
    """Return [N, 3, H, W] float32 in 0..255 of images in the same range, uint8.

    Always in float32: eight bits of a bfloat16 are too few for pixels.
    """
    with torch.autocast(images.device.type, enabled=False):
        x = _recoloured(images.float(), generator)
        return _degraded(x, generator).clamp(0, 255)


def _recoloured(x: Tensor, generator: Generator) -> Tensor:
    """Change saturation, tint, contrast and brightness: a linear map of each pixel's channels."""
    each = (len(x), 1, 1)
    coloured = chance(each, 0.6, generator).float()
    lit = chance(each, 0.7, generator).float()
    saturation = 1 + coloured * (uniform(each, 0.4, 1.4, generator) - 1)
    saturation = saturation * (~chance(each, _GRAY, generator)).float()
    tint = coloured * uniform((len(x), 3, 1), -14.0, 14.0, generator)
    contrast = 1 + lit * (uniform(each, 0.55, 1.35, generator) - 1)
    brightness = 1 + lit * (uniform(each, 0.6, 1.35, generator) - 1)
    mean = x.mean(dim=(1, 2, 3)).reshape(each) + tint.mean(dim=1, keepdim=True)
    gray = x.new_full((3, 3), 1 / 3)
    mixing = contrast * (gray + (torch.eye(3, device=x.device) - gray) * saturation)
    offset = (tint - mean) * contrast + mean * brightness
    return torch.baddbmm(offset, mixing, x.flatten(2)).view(x.shape)


def _degraded(x: Tensor, generator: Generator) -> Tensor:
    """Make some images noisy and some blurred, in place."""
    noisy = chance((len(x),), _NOISY, generator)
    if noisy.any():
        sigma = uniform((int(noisy.sum()), 1, 1, 1), 2.0, 12.0, generator)
        x[noisy] += sigma * normal((len(sigma), *x.shape[1:]), generator)
    blurred = chance((len(x),), _BLURRED, generator)
    if blurred.any():
        x[blurred] = functional.avg_pool2d(x[blurred], 3, 1, 1, count_include_pad=False)
    return x
