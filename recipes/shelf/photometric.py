"""Random pixel changes that keep all points in place, with kornia on the batch's device.

Expensive changes are only computed for the selected faces.
"""

import math
from collections.abc import Callable

import torch
from kornia.enhance import adjust_hue, adjust_saturation
from kornia.filters import gaussian_blur2d, sobel, unsharp_mask
from torch import Generator, Tensor

from recipes.shelf.augmentation import Augmentation
from recipes.shelf.random_values import chance, normal, uniform

__all__ = ["change_pixels"]

_KERNEL = (7, 7)
"""Pixels; covers more than two sigmas of the widest blur."""


def change_pixels(cuts: Tensor, options: Augmentation, generator: Generator) -> Tensor:
    """Return the crops with random changes of light, colour, sharpness, and cutouts.

    cuts: [N, 3, S, S] in 0..1, like the result.
    """
    changes: tuple[tuple[float, Callable[[Tensor], Tensor]], ...] = (
        (options.colour_probability, lambda x: _colour(x, options, generator)),
        (options.gray_probability, lambda x: x.mean(dim=1, keepdim=True).expand_as(x)),
        (options.blur_probability, lambda x: _blur(x, options, generator)),
        (options.sharpen_probability, lambda x: unsharp_mask(x, _KERNEL, (1.0, 1.0))),
        (options.edges_probability, lambda x: (x + sobel(x)) / 2),
        (options.noise_probability, lambda x: _noise(x, options, generator)),
    )
    cuts = _light(cuts, options, generator)
    for probability, change in changes:
        cuts = _some(cuts, probability, change, generator)
    return _cutout(cuts, options, generator)


def _some(
    cuts: Tensor, probability: float, change: Callable[[Tensor], Tensor], generator: Generator
) -> Tensor:
    """Return the batch with a random subset changed, in 0..1."""
    chosen = chance((len(cuts),), probability, generator).nonzero().flatten()
    if len(chosen) == 0:
        return cuts
    return cuts.index_copy(0, chosen, change(cuts[chosen]).clamp(0, 1))


def _light(cuts: Tensor, options: Augmentation, generator: Generator) -> Tensor:
    per_face = (len(cuts), 1, 1, 1)
    contrast = uniform(per_face, *options.contrast, generator)
    brightness = uniform(per_face, -options.brightness, options.brightness, generator)
    return (cuts * contrast + brightness).clamp(0, 1)


def _colour(cuts: Tensor, options: Augmentation, generator: Generator) -> Tensor:
    limit = math.radians(options.hue_deg)
    turned = adjust_hue(cuts, uniform((len(cuts),), -limit, limit, generator))
    return adjust_saturation(turned, uniform((len(cuts),), *options.saturation, generator))


def _blur(cuts: Tensor, options: Augmentation, generator: Generator) -> Tensor:
    sigma = uniform((len(cuts), 1), *options.blur_sigma, generator)
    return gaussian_blur2d(cuts, _KERNEL, sigma.expand(-1, 2))


def _noise(cuts: Tensor, options: Augmentation, generator: Generator) -> Tensor:
    sigma = uniform((len(cuts), 1, 1, 1), 0, options.noise, generator)
    return cuts + sigma * normal(tuple(cuts.shape), generator)


def _cutout(cuts: Tensor, options: Augmentation, generator: Generator) -> Tensor:
    """Cover a rectangle of some faces with one colour (DeVries and Taylor 2017, "Cutout")."""
    count, size = len(cuts), cuts.shape[-1]
    sides = uniform((count, 2), *options.cutout_side, generator)
    starts = uniform((count, 2), 0, 1, generator) * (1 - sides)
    colour = uniform((count, 3, 1, 1), 0, 1, generator)
    centres = (torch.arange(size, device=cuts.device) + 0.5) / size
    inside = (centres >= starts[:, :, None]) & (centres < (starts + sides)[:, :, None])
    covered = inside[:, 0, None, :, None] & inside[:, 1, None, None, :]
    chosen = chance((count, 1, 1, 1), options.cutout_probability, generator)
    return torch.where(covered & chosen, colour, cuts)
