"""Ranges of the augmentation of faces."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["PRESETS", "Augmentation"]


@dataclass(frozen=True)
class Augmentation:
    """Ranges of the random changes; probabilities are per face.

    box_jitter: factors on the side of the crop.  shift: of its centre, in crop sides.
    shear_deg: of the vertical axis.
    contrast, saturation: factors.  brightness: of the range 0..1.  hue_deg: rotation of the hue.
    blur_sigma: crop pixels.  noise: standard deviation, of the range 0..1.
    cutout_side: of the covered rectangle, in crop sides.
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


PRESETS: Mapping[str, Augmentation] = MappingProxyType(
    {
        "strong": Augmentation(),
        "gentle": Augmentation(
            box_jitter=(0.96, 1.06),
            shift=0.02,
            rotation_deg=12.0,
            shear_probability=0.1,
            colour_probability=0.15,
            gray_probability=0.1,
            blur_sigma=(0.5, 3.0),
            blur_probability=0.12,
            sharpen_probability=0.02,
            edges_probability=0.02,
            noise=0.2,
            noise_probability=0.15,
            cutout_probability=0.15,
        ),
    }
)
"""'gentle' has rotations, boxes and cutouts closer to deployment, for the last epochs: after a long
training with strong changes, a small network fits neither its training faces nor others. Its noise
and blur are rarer but stronger, for stability."""
