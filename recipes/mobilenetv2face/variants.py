"""The members of the family, by name."""

import json
from dataclasses import dataclass
from itertools import product
from pathlib import Path

__all__ = ["DEFAULT", "SIZE", "VARIANTS", "Variant", "canonical_boxes"]

SIZE = 224
"""Side of the input on boards; the same weights see any multiple of 32."""

_BOXES = 25
_STRIDES = {"a": 16, "b": 32, "c": 16}


@dataclass(frozen=True)
class Variant:
    """One network of the family.

    exit: where the outputs branch off: 'a' after the expansion of the 14th bottleneck, 'b' after
    the last convolution, 'c' after both, joined.  width: scale of the channels.
    boxes: canonical boxes of a cell.
    """

    exit: str
    width: float
    boxes: int = _BOXES

    @property
    def name(self) -> str:
        """Return a name such as 'mobilenetv2face_a0.5x.wider' or '..._a0.5x-9boxes.wider'."""
        boxes = "" if self.boxes == _BOXES else f"-{self.boxes}boxes"
        return f"mobilenetv2face_{self.exit}{self.width}x{boxes}.wider"

    @property
    def stride(self) -> int:
        """Side of a cell in pixels of the input."""
        return _STRIDES[self.exit]


def canonical_boxes(count: int) -> tuple[tuple[float, float], ...]:
    """Return width and height in pixels of the input, by area."""
    text = Path(__file__).with_name("canonical_boxes.json").read_text("utf-8")
    return tuple((width, height) for width, height in json.loads(text)[str(count)])


_ALL = (
    Variant(exit_, width, boxes)
    for boxes, exit_, width in product((_BOXES, 9), _STRIDES, (1.0, 0.5, 0.35))
)
VARIANTS = {variant.name: variant for variant in _ALL}
DEFAULT = VARIANTS["mobilenetv2face_a0.5x.wider"]
