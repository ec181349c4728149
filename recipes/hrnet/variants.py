"""The members of the family, by name."""

from dataclasses import dataclass

__all__ = ["DEFAULT", "VARIANTS", "Variant"]


@dataclass(frozen=True)
class Variant:
    """One network of the family, for 68 landmarks.

    width: channels of the branch with the highest resolution; each further branch has twice as
    many.  size: side of the input in pixels; the maps have a quarter of it.  stem: channels of the
    first two convolutions.  bottlenecks: of the first stage.  modules: exchanges between the
    branches in stages of 2, 3 and 4 branches.  blocks: of each branch in a module.
    The defaults are the paper's.
    """

    width: int
    size: int = 256
    stem: int = 64
    bottlenecks: int = 4
    modules: tuple[int, int, int] = (1, 4, 3)
    blocks: int = 4
    points: int = 68
    in_channels: int = 3

    @property
    def name(self) -> str:
        """Return a name such as 'hrnet_w8-128.300w68'; the paper's size is not in it."""
        size = "" if self.size == 256 else f"-{self.size}"
        return f"hrnet_w{self.width}{size}.300w68"


def _small(width: int, size: int) -> Variant:
    """Return a network with the depth of the authors' HRNet-W18-Small-v1."""
    return Variant(width, size, stem=4 * width, bottlenecks=1, modules=(1, 1, 1), blocks=2)


_ALL = (_small(4, 64), _small(8, 128), Variant(18))
VARIANTS = {variant.name: variant for variant in _ALL}
DEFAULT = VARIANTS["hrnet_w8-128.300w68"]
