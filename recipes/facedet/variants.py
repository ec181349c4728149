"""The members of the family, by name."""

from dataclasses import dataclass

__all__ = ["CHANNELS", "DEFAULT", "STRIDES", "VARIANTS", "Variant"]

STRIDES = (8, 16, 32)
CHANNELS = 5
"""Channels of each map, as in zoo.detections: a logit and four distances."""


@dataclass(frozen=True)
class Variant:
    """One network of the family; all share the same weights. size: side of the input."""

    size: int

    @property
    def name(self) -> str:
        """Return a name such as 'facedet_320.wider'."""
        return f"facedet_{self.size}.wider"


VARIANTS = {variant.name: variant for variant in map(Variant, (160, 224, 320))}
DEFAULT = VARIANTS["facedet_320.wider"]
