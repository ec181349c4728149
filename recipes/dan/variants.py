"""The members of the family, by name."""

from dataclasses import dataclass

__all__ = ["DEFAULT", "VARIANTS", "Variant"]


@dataclass(frozen=True)
class Variant:
    """One network of the family, for 68 landmarks.

    stages: 1 or 2.  width: scale of the channels.  The paper's networks, at width 1.0, have 11 and
    23 million parameters.
    """

    stages: int
    width: float
    points: int = 68
    in_channels: int = 1

    @property
    def name(self) -> str:
        """Return a name such as 'dan1_0.25x.300w68'."""
        return f"dan{self.stages}_{self.width}x.300w68"

    @property
    def first(self) -> "Variant":
        """The first stage alone."""
        return Variant(1, self.width)


_ALL = (Variant(stages, width) for stages in (1, 2) for width in (0.25, 0.5, 1.0))
VARIANTS = {variant.name: variant for variant in _ALL}
DEFAULT = VARIANTS["dan1_0.25x.300w68"]
