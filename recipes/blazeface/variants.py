"""The members of the family, by name."""

from dataclasses import dataclass

__all__ = ["DEFAULT", "VARIANTS", "Variant"]


@dataclass(frozen=True)
class Variant:
    """One network of the family.

    reach: 'full' for faces up to 5 m from the camera, 'short' for 2 m.  file: in the wheel's folder
    mediapipe/modules/face_detection.  sha256: of it.  size: side of the input.  image, boxes,
    scores: its tensors.  levels: stride and anchors per cell of each.
    """

    reach: str
    file: str
    sha256: str
    size: int
    image: str
    boxes: str
    scores: str
    levels: tuple[tuple[int, int], ...]

    @property
    def name(self) -> str:
        """Return a name such as 'blazeface_full.mediapipe'."""
        return f"blazeface_{self.reach}.mediapipe"

    @property
    def locations(self) -> int:
        """Number of anchors."""
        return sum(anchors * (self.size // stride) ** 2 for stride, anchors in self.levels)


_FULL = Variant(
    reach="full",
    file="face_detection_full_range_sparse.tflite",
    sha256="2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
    size=192,
    image="input_1",
    boxes="Identity",
    scores="Identity_1",
    levels=((4, 1),),
)
_SHORT = Variant(
    reach="short",
    file="face_detection_short_range.tflite",
    sha256="bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
    size=128,
    image="input",
    boxes="regressors",
    scores="classificators",
    levels=((8, 2), (16, 6)),
)
VARIANTS = {variant.name: variant for variant in (_FULL, _SHORT)}
DEFAULT = _FULL
