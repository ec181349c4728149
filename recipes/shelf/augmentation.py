"""What the augmentation of faces may change, and how far."""

from dataclasses import dataclass

__all__ = ["Augmentation"]


@dataclass(frozen=True)
class Augmentation:
    """Ranges of the random changes; probabilities are per face.

    box_jitter: factors on the side of the cut.  shift: of its centre, in cut sides.
    shear_deg: of the vertical axis.
    contrast, saturation: factors.  brightness: of the range 0..1.  hue_deg: turn of the colours.
    blur_sigma: pixels of the cut.  noise: standard deviation, of the range 0..1.
    cutout_side: of the covered rectangle, in cut sides.
    """

    box_jitter: tuple[float, float] = (0.9, 1.15)
    shift: float = 0.06
    rotation_deg: float = 30.0
    rotation_probability: float = 0.7
    shear_deg: float = 10.0
    shear_probability: float = 0.3
    mirror_probability: float = 0.5
    contrast: tuple[float, float] = (0.7, 1.3)
    brightness: float = 0.15
    saturation: tuple[float, float] = (0.9, 1.1)
    hue_deg: float = 36.0
    colour_probability: float = 0.2
    gray_probability: float = 0.2
    blur_sigma: tuple[float, float] = (0.5, 1.5)
    blur_probability: float = 0.1
    sharpen_probability: float = 0.05
    edges_probability: float = 0.05
    noise: float = 0.05
    noise_probability: float = 0.1
    cutout_probability: float = 0.4
    cutout_side: tuple[float, float] = (0.09, 0.4)
