"""The members of the family, by name."""

from dataclasses import dataclass
from itertools import product

__all__ = ["DEFAULT", "VARIANTS", "Variant"]

_DATA_SETS = {68: "300w68", 98: "wflw98"}


@dataclass(frozen=True)
class Variant:
    """One network of the family.

    width: scale of the channels.  points: landmarks, which determine the data set.  pose_head:
    whether yaw, pitch and roll are a second output.  is_gray: one channel of luma instead of RGB.
    """

    width: float
    points: int
    pose_head: bool = False
    is_gray: bool = False

    @property
    def name(self) -> str:
        """Return a name such as 'pfld_0.25x.300w68' or 'pfld_0.25x-gray.300w68+pose'."""
        gray = "-gray" if self.is_gray else ""
        pose = "+pose" if self.pose_head else ""
        return f"pfld_{self.width}x{gray}.{_DATA_SETS[self.points]}{pose}"

    @property
    def in_channels(self) -> int:
        """Channels of the input."""
        return 1 if self.is_gray else 3


_ALL = (
    Variant(width, points, pose_head, is_gray)
    for points, width, is_gray, pose_head in product(
        (68, 98), (0.25, 0.5, 0.75, 1.0), (False, True), (False, True)
    )
)
VARIANTS = {variant.name: variant for variant in _ALL}
DEFAULT = VARIANTS["pfld_1.0x.300w68"]
