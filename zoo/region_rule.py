"""From a detector's box to the region where the next network looks."""

from collections.abc import Sequence
from dataclasses import dataclass

from zoo.errors import ChainError

__all__ = ["RegionRule"]

_LARGEST, _EXAMPLE = 100, "[1.0, 0.0]"
"""A region a hundred times its box is a mistake."""


@dataclass(frozen=True)
class RegionRule:
    """A fixed correction of a detector's boxes, and how often to look.

    Detectors and landmark networks frame a face differently; four numbers, fitted on training data,
    translate one frame into the other.
    width, height: factors of the box's width and height; the region's width is their sum.
    shift: of the centre, in the box's width and height.  All are from -100 to 100, and a factor
    of each side is above 0: otherwise no box had a region.
    passes: 2 to look again in the box of the landmarks that the first pass finds.
    """

    width: tuple[float, float] = (1.0, 0.0)
    height: tuple[float, float] = (0.0, 1.0)
    shift: tuple[float, float] = (0.0, 0.0)
    passes: int = 1

    def __post_init__(self) -> None:
        for name, pair in (("width", self.width), ("height", self.height), ("shift", self.shift)):
            object.__setattr__(self, name, _pair(name, pair))
        for name, pair in (("width", self.width), ("height", self.height)):
            if max(pair) <= 0:
                raise ChainError(
                    f"regions: {name} = {[*pair]}; give a factor above 0, such as {_EXAMPLE}; "
                    "otherwise no box has a region"
                )
        if type(self.passes) is not int or self.passes not in (1, 2):
            raise ChainError(f"regions: passes = {self.passes!r}; give 1 or 2")


def _pair(name: str, value: object) -> tuple[float, float]:
    """Return two numbers within the limits as floats; raises RecipeError."""
    items = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    numbers = [n for n in items if isinstance(n, int | float) and not isinstance(n, bool)]
    within = [float(n) for n in numbers if -_LARGEST <= n <= _LARGEST]  # no nan
    if len(items) != 2 or len(within) != 2:
        raise ChainError(
            f"regions: {name} = {value!r}; give two numbers from -100 to 100, such as {_EXAMPLE}"
        )
    return within[0], within[1]
