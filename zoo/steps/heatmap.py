"""heatmap: from a map for each landmark to landmarks in the photo's pixels."""

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.parameters import check_choice
from zoo.step import Frame, PostStep, Region, ValueSpec, seen_region
from zoo.steps.exponential import exp
from zoo.steps.map_axes import channels_first, map_shape

__all__ = ["STEP"]

Numbers = NDArray[np.float64]
Shift = Callable[[float, float, float], float]
"""From a highest number between its neighbours (before, it, after) to a part of a pixel."""

_CHOICES = {
    "channels": ("first", "last"),
    "sub_pixel": ("quarter", "parabola", "none", "soft"),
    "alignment": ("half_pixel", "top_left"),
}


class Heatmap(PostStep):
    """Add values 'landmarks' [K, 2], in photo pixels with centres at integers, and their scores.

    'landmark_scores' [K] are the maps' highest numbers. Of equal ones, the first in the order of
    rows and columns counts; nan counts as the lowest.

    output: K maps, [K, rows, columns] or, with channels 'last', [rows, columns, K].
    sub_pixel: 'quarter' moves the place of the highest number by a quarter of a pixel of the map
    towards its higher neighbour, in each axis that has two, after SimpleBaseline (Xiao, Wu, Wei
    2018, arXiv 1804.06208, section 2); 'parabola' to the top of the parabola through the three;
    'none' leaves it; 'soft' takes the mean place, weighted by the map's softmax (Sun et al. 2018,
    arXiv 1711.08229), nan if a number is nan or infinite.
    alignment: where index i of n lies across the region, 'half_pixel' at (i + 0.5) / n or
    'top_left', as SimpleBaseline and HRNet have it.
    """

    name = "heatmap"
    parameters = MappingProxyType(
        {
            "output": None,
            "channels": "first",
            "sub_pixel": "quarter",
            "alignment": "half_pixel",
        }
    )
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")
    kotlin_parts = (
        Path(__file__).with_name("exponential.kt"),
        Path(__file__).with_name("map_axes.kt"),
    )

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for an unknown choice."""
        complete = super().complete(given)
        for name, choices in _CHOICES.items():
            check_choice(self.name, complete, name, choices)
        return complete

    def adds(
        self, known: Mapping[str, ValueSpec], parameters: Mapping[str, Any]
    ) -> Mapping[str, ValueSpec]:
        """Return K rows; raises RecipeError for an output that is no maps."""
        count, _, _ = map_shape(self.name, parameters["output"], parameters["channels"], known)
        return {"landmarks": ValueSpec((count, 2)), "landmark_scores": ValueSpec((count,))}

    def consumes(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the maps."""
        return (parameters["output"],)

    def apply(
        self, values: Mapping[str, NDArray[Any]], frame: Frame, parameters: Mapping[str, Any]
    ) -> Mapping[str, NDArray[Any]]:
        """Return landmarks and scores; raises RecipeError if no step sets the region."""
        region = seen_region(self.name, frame)
        maps = channels_first(values[parameters["output"]], parameters["channels"])
        count, rows, columns = maps.shape
        flat = maps.reshape(count, rows * columns)
        best = np.where(np.isnan(flat), -np.inf, flat).argmax(axis=1)
        if parameters["sub_pixel"] == "soft":
            places = _mean_places(flat, columns)
        else:
            places = np.stack(np.divmod(best, columns)[::-1], axis=1).astype(np.float64)
            if parameters["sub_pixel"] in _SHIFTS:
                places = places + _shifts(maps, best, _SHIFTS[parameters["sub_pixel"]])
        return {
            "landmarks": _in_photo(places, (columns, rows), region, parameters["alignment"]),
            "landmark_scores": flat[np.arange(count), best],
        }


def _shifts(maps: Numbers, best: NDArray[np.intp], shift: Shift) -> Numbers:
    """Return [K, 2] in x and y, in pixels of the map; 0 at its edges."""
    shifts = np.zeros((len(maps), 2))
    for k, (row, column) in enumerate(zip(*np.divmod(best, maps.shape[2]), strict=True)):
        for axis, (line, i) in enumerate(((maps[k, row], column), (maps[k, :, column], row))):
            if 0 < i < len(line) - 1:
                shifts[k, axis] = shift(*map(float, line[i - 1 : i + 2]))
    return shifts


def _quarter(before: float, _: float, after: float) -> float:
    return 0.25 * (int(after > before) - int(after < before))


def _parabola(before: float, top: float, after: float) -> float:
    """Return the place of the top, -0.5 to 0.5; 0 without a finite one."""
    curvature = 2 * top - after - before
    return 0.5 * (after - before) / curvature if 0 < curvature < math.inf else 0.0


_SHIFTS: Mapping[str, Shift] = {"quarter": _quarter, "parabola": _parabola}


def _mean_places(flat: Numbers, columns: int) -> Numbers:
    """Return [K, 2] x, y; sums in the order of rows and columns."""
    with np.errstate(invalid="ignore"):
        powers = exp(flat - flat.max(axis=1, keepdims=True))
    y, x = np.divmod(np.arange(flat.shape[1]), columns)
    total, across, down = (
        np.add.accumulate(powers * weight, axis=1)[:, -1] for weight in (1.0, x, y)
    )
    return np.stack([across / total, down / total], axis=1)


def _in_photo(
    places: Numbers, sides: tuple[int, int], region: Region, alignment: str
) -> NDArray[np.float64]:
    """Return photo pixels; x and y alike.

    half_pixel  (x0 + (i + 0.5) / n width) / 256 - 0.5
    top_left    (x0 + i / n width) / 256
    """
    origin = np.array([region.x0_q8, region.y0_q8], np.float64)
    spans = np.array([region.width_q8, region.height_q8], np.float64)
    n = np.array(sides, np.float64)
    if alignment == "top_left":
        return (origin + places / n * spans) / 256
    return (origin + (places + 0.5) / n * spans) / 256 - 0.5


STEP = Heatmap()
