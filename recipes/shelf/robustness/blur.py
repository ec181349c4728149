"""Blur: the photo keeps its size but loses detail.

Down and up: scaled down as in `resolution`, and up again with bicubic interpolation.
Gaussian: Pillow's, three consecutive box blurs; sigma is relative to the longer side of the face
box.
"""

from dataclasses import replace
from functools import partial

import numpy as np
from PIL import Image, ImageFilter

from recipes.shelf.robustness.face import Condition, Face
from recipes.shelf.robustness.resolution import shrink

__all__ = ["CONDITIONS", "blur_gaussian", "scale_down_and_up"]

_FACTORS = (2, 4, 8, 16, 32, 64)
_SIGMAS_PERCENT = (1, 2, 4, 8)


def scale_down_and_up(face: Face, _: np.random.Generator, factor: int) -> Face:
    """Return the face with the detail of 1 / factor of the pixels along each side."""
    height, width = face.image_hwc.shape[:2]
    small = Image.fromarray(shrink(face.image_hwc, factor))
    blurred = small.resize((width, height), Image.Resampling.BICUBIC)
    return replace(face, image_hwc=np.asarray(blurred))


def blur_gaussian(face: Face, _: np.random.Generator, sigma_percent: float) -> Face:
    """Return the face blurred by sigma, in percent of the longer side of its box."""
    sigma_px = max(face.box[2:]) * sigma_percent / 100
    blurred = Image.fromarray(face.image_hwc).filter(ImageFilter.GaussianBlur(sigma_px))
    return replace(face, image_hwc=np.asarray(blurred))


CONDITIONS = (
    *(
        Condition("blur, down and up", f"1/{factor}", partial(scale_down_and_up, factor=factor))
        for factor in _FACTORS
    ),
    *(
        Condition("blur, Gaussian", f"{sigma} %", partial(blur_gaussian, sigma_percent=sigma))
        for sigma in _SIGMAS_PERCENT
    ),
)
