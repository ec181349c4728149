"""The members of the family, by name."""

from dataclasses import dataclass

__all__ = ["DEFAULT", "VARIANTS", "Variant"]


@dataclass(frozen=True)
class Variant:
    """One network of the family: the first stage, for 68 landmarks. width: scale of the channels.

    The paper's network, at width 1.0, has 11 million parameters.
    """

    width: float
    points: int = 68
    in_channels: int = 1

    @property
    def name(self) -> str:
        """Return a name such as 'dan1_0.25x.300w68'."""
        return f"dan1_{self.width}x.300w68"


VARIANTS = {variant.name: variant for variant in map(Variant, (0.25, 0.5, 1.0))}
DEFAULT = VARIANTS["dan1_0.25x.300w68"]
