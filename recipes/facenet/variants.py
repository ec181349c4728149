"""The members of the family, by name."""

from dataclasses import dataclass

__all__ = ["CLASSES", "SIZE", "VARIANTS", "Variant"]

SIZE = 88
"""Side of the input picture."""

CLASSES = ("no face", "face")


@dataclass(frozen=True)
class Variant:
    """One network of the family.

    channels: of the convolutions.  folding: side of the pixel blocks that become channels of the
    input, 1 for none.  weight_bits: of the integer network.
    """

    version: int
    channels: tuple[int, ...]
    folding: int = 1
    weight_bits: int = 8

    @property
    def name(self) -> str:
        """Return a name such as 'facenet_v1.wider'."""
        return f"facenet_v{self.version}.wider"

    @property
    def weights_name(self) -> str:
        """Return the name of the variant whose float weights this one has."""
        return "facenet_v2.wider" if self.version == 3 else self.name

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of what the network reads."""
        return (3 * self.folding**2, SIZE // self.folding, SIZE // self.folding)

    @property
    def last_side(self) -> int:
        """Height and width of the last convolution's output."""
        return self.input_shape[1] >> (len(self.channels) - 1)


_ALL = (
    Variant(1, (4, 8, 16, 32, 32)),
    Variant(2, (8, 16, 32, 64, 64, 64)),
    Variant(3, (8, 16, 32, 64, 64, 64), weight_bits=4),
    Variant(5, (8, 16, 32, 64), folding=4),
    Variant(6, (4, 4, 4, 8, 16)),
    Variant(7, (1, 2, 4, 8, 16)),
)
VARIANTS = {variant.name: variant for variant in _ALL}
