"""From a detector's box to the region where the next network looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from zoo.errors import RecipeError

__all__ = ["RegionRule"]


@dataclass(frozen=True)
class RegionRule:
    """A fixed correction of a detector's boxes, and how often to look.

    Detectors and landmark networks frame a face differently; four numbers, fitted on training data,
    translate one frame into the other.
    width, height: factors of the box's width and height; the region's width is their sum.
    shift: of the centre, in the box's width and height.
    passes: 2 to look again in the box of the landmarks that the first pass finds.
    """

    width: tuple[float, float] = (1.0, 0.0)
    height: tuple[float, float] = (0.0, 1.0)
    shift: tuple[float, float] = (0.0, 0.0)
    passes: int = 1

    def __post_init__(self) -> None:
        for name, pair in (("width", self.width), ("height", self.height), ("shift", self.shift)):
            object.__setattr__(self, name, _pair(name, pair))
        if type(self.passes) is not int or self.passes not in (1, 2):
            raise RecipeError(f"regions: passes = {self.passes!r}; give 1 or 2")


def _pair(name: str, value: object) -> tuple[float, float]:
    """Return two finite numbers as floats; raises RecipeError."""
    items = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    numbers = [float(n) for n in items if isinstance(n, int | float) and not isinstance(n, bool)]
    if len(items) != 2 or len(numbers) != 2 or not all(map(isfinite, numbers)):
        raise RecipeError(f"regions: {name} = {value!r}; give two numbers, such as [1.0, 0.0]")
    return numbers[0], numbers[1]
