"""mask: the class of each pixel, from a map for each class."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import StepError
from zoo.parameters import check_choice, is_integer, is_integers, is_number, refuse
from zoo.step import Box, Frame, PostStep, Region, ValueSpec, box_region, seen_region
from zoo.steps.map_axes import channels_first, map_shape

__all__ = ["STEP", "Grid", "class_colors", "grid_of"]

Numbers = NDArray[np.float64]

_CHOICES = {"channels": ("first", "last"), "interpolation": ("bilinear", "nearest")}
_MOST_PIXELS = 1 << 24


class Mask(PostStep):
    """Add values 'mask', 'mask_size', 'mask_box', 'mask_shares', 'mask_colors', 'mask_labels'.

    'mask': [N, 2] int64, runs of pixels: class and length, by rows and columns over a grid of
    'mask_size' [2] int64 rows and columns.  'mask_box': [4] float64, the part of the photo that
    the grid covers: x, y, width, height.  'mask_shares': [C] float64, of each class in the grid.
    'mask_colors': [C, 3] int64 RGB.  'mask_labels': [C] str, if there are labels.

    output: a map for each of C classes, or a single one, whose classes are 0 below the threshold
    and 1 from it on.
    channels: 'first' or 'last', where the output's axis of channels is.
    threshold: of a single map.
    interpolation: 'bilinear' between the maps' numbers, whose highest is the class, or 'nearest'.
    pixels: of the grid at most. A grid's pixel covers 1x1, 2x2, 3x3, ... of the photo's.
    labels: a text for each class.
    colors: [red, green, blue] of each class; overlays leave black out. By default those of PASCAL
    VOC, where class 0 is black.
    """

    name = "mask"
    parameters = MappingProxyType(
        {
            "output": None,
            "channels": "first",
            "threshold": 0.5,
            "interpolation": "bilinear",
            "pixels": 1 << 18,
            "labels": (),
            "colors": (),
        }
    )
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")
    kotlin_parts = (Path(__file__).with_name("map_axes.kt"),)

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for ones of another type or range."""
        complete = super().complete(given)
        for name, choices in _CHOICES.items():
            check_choice(self.name, complete, name, choices)
        if not is_number(complete["threshold"]):
            refuse(self.name, complete, "threshold", "a number")
        if not is_integer(complete["pixels"]) or not 0 < complete["pixels"] <= _MOST_PIXELS:
            refuse(self.name, complete, "pixels", f"an integer of 1..{_MOST_PIXELS}")
        labels, colors = complete["labels"], complete["colors"]
        if not isinstance(labels, list | tuple) or not all(isinstance(x, str) for x in labels):
            refuse(self.name, complete, "labels", 'a list of texts or {file = "labels.txt"}')
        if not isinstance(colors, list | tuple) or not all(map(_is_color, colors)):
            refuse(self.name, complete, "colors", "a list of [red, green, blue], each 0..255")
        return complete

    def adds(
        self, known: Mapping[str, ValueSpec], parameters: Mapping[str, Any]
    ) -> Mapping[str, ValueSpec]:
        """Return N runs; raises RecipeError for an output, labels or colours that do not fit."""
        maps, _, _ = map_shape(self.name, parameters["output"], parameters["channels"], known)
        classes = max(maps, 2)
        for name in ("labels", "colors"):
            if len(parameters[name]) not in (0, classes):
                raise StepError(
                    f"contract step 'mask': '{parameters['output']}' has {classes} classes, and "
                    f"there are {len(parameters[name])} {name}; give {classes} or none"
                )
        added = {
            "mask": ValueSpec((None, 2), "int64"),
            "mask_size": ValueSpec((2,), "int64"),
            "mask_box": ValueSpec((4,)),
            "mask_shares": ValueSpec((classes,)),
            "mask_colors": ValueSpec((classes, 3), "int64"),
        }
        labels = {"mask_labels": ValueSpec((classes,), "str")}
        return {**added, **labels} if parameters["labels"] else added

    def consumes(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the maps."""
        return (parameters["output"],)

    def apply(
        self, values: Mapping[str, NDArray[Any]], frame: Frame, parameters: Mapping[str, Any]
    ) -> Mapping[str, NDArray[Any]]:
        """Return the mask; raises RecipeError if no step before the network sets the region."""
        region = seen_region(self.name, frame)
        maps = channels_first(values[parameters["output"]], parameters["channels"])
        grid = grid_of(frame.box, region, parameters["pixels"])
        classes = max(len(maps), 2)
        mask = _classes(maps, grid, region, parameters).ravel()
        counts = np.bincount(mask, minlength=classes)
        colors = parameters["colors"] or class_colors(classes)
        added = {
            "mask": _runs(mask),
            "mask_size": np.array([grid.rows, grid.columns], np.int64),
            "mask_box": np.array(
                [grid.x, grid.y, grid.columns * grid.side, grid.rows * grid.side], np.float64
            ),
            "mask_shares": counts.astype(np.float64) / mask.size,
            "mask_colors": np.array(colors, np.int64),
        }
        labels = np.array(parameters["labels"], np.str_)
        return {**added, "mask_labels": labels} if parameters["labels"] else added


@dataclass(frozen=True)
class Grid:
    """Pixels of a mask: squares of the photo's pixels from (x, y) on, `side` wide."""

    x: int
    y: int
    rows: int
    columns: int
    side: int


def grid_of(box: Box, region: Region, pixels: int) -> Grid:
    """Return the grid over all of the photo's pixels that box and region share.

    Its pixels are as small as `pixels` of them allow.
    """
    own = box_region(box)
    x, width = _span((own.x0_q8, own.width_q8), (region.x0_q8, region.width_q8))
    y, height = _span((own.y0_q8, own.height_q8), (region.y0_q8, region.height_q8))
    side = 1
    while -(-height // side) * -(-width // side) > pixels:
        side += 1
    return Grid(x, y, -(-height // side), -(-width // side), side)


def class_colors(classes: int) -> list[list[int]]:
    """Return the RGB colours of PASCAL VOC: the bits of a class, in turn the highest of a channel.

    Source: its development kit, function VOClabelcolormap.
    """
    return [
        [
            sum((k >> (3 * bit + channel) & 1) << (7 - bit) for bit in range(8))
            for channel in range(3)
        ]
        for k in range(classes)
    ]


def _span(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """Return first pixel and number of pixels that two spans (begin, length) in 1/256 share."""
    begin = max(one[0], other[0]) // 256
    end = -(-min(one[0] + one[1], other[0] + other[1]) // 256)
    return begin, max(end - begin, 1)


def _classes(
    maps: Numbers, grid: Grid, region: Region, parameters: Mapping[str, Any]
) -> NDArray[np.int64]:
    """Return [rows, columns]. A pixel's centre x lies in the maps at

        t = floor(256 w (x - x0) / width) - 128      in 1/256 pixel: region x0, width; w columns
        nearest    the pixel floor((t + 128) / 256)
        bilinear   pixels p = floor(t / 256) and p + 1, weighted by 256 - t mod 256 and t mod 256

    both clamped to the maps; y alike. With maps a, b in one row and c, d in the next one, fx and fy
    being the second weights, a number is

        (a (256 - fx) + b fx) (256 - fy) + (c (256 - fx) + d fx) fy

    of which the highest is the class, of equal ones the first; nan counts as the lowest. A single
    map is divided by 65536 before it is compared.
    """
    _, height, width = maps.shape
    is_bilinear = parameters["interpolation"] == "bilinear"
    across = _places(grid.x, grid.columns, grid.side, (region.x0_q8, region.width_q8), width)
    down = _places(grid.y, grid.rows, grid.side, (region.y0_q8, region.height_q8), height)
    low, high, fx = _taps(across, width, is_bilinear=is_bilinear)
    found = np.empty((grid.rows, grid.columns), np.int64)
    with np.errstate(invalid="ignore"):
        for row, (top, bottom, fy) in enumerate(
            zip(*_taps(down, height, is_bilinear=is_bilinear), strict=True)
        ):
            upper = maps[:, top, low] * (256 - fx) + maps[:, top, high] * fx
            lower = maps[:, bottom, low] * (256 - fx) + maps[:, bottom, high] * fx
            found[row] = _highest(upper * (256 - fy) + lower * fy, parameters["threshold"])
    return found


def _places(
    begin: int, count: int, side: int, span: tuple[int, int], length: int
) -> NDArray[np.int64]:
    centres = 256 * begin + 128 * side * (2 * np.arange(count, dtype=np.int64) + 1)
    places: NDArray[np.int64] = (centres - span[0]) * (256 * length) // span[1] - 128
    return places


def _taps(
    places: NDArray[np.int64], length: int, *, is_bilinear: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return two pixels each, and the second one's weight."""
    if not is_bilinear:
        nearest: NDArray[np.int64] = np.clip((places + 128) // 256, 0, length - 1)
        return nearest, nearest, np.zeros_like(places)
    low: NDArray[np.int64] = np.clip(places // 256, 0, length - 1)
    high: NDArray[np.int64] = np.clip(places // 256 + 1, 0, length - 1)
    weights: NDArray[np.int64] = places % 256
    return low, high, weights


def _highest(numbers: Numbers, threshold: float) -> NDArray[np.int64]:
    """Return the class of each column of [K, columns]."""
    found: NDArray[Any] = numbers[0] / 65536 >= threshold
    if len(numbers) > 1:
        found = np.where(np.isnan(numbers), -np.inf, numbers).argmax(axis=0)
    return found.astype(np.int64)


def _runs(mask: NDArray[np.int64]) -> NDArray[np.int64]:
    begins = np.concatenate([[0], np.flatnonzero(mask[1:] != mask[:-1]) + 1])
    lengths = np.diff(begins, append=mask.size)
    return np.stack([mask[begins], lengths], axis=1).astype(np.int64)


def _is_color(value: object) -> bool:
    return (
        is_integers(value)
        and isinstance(value, list | tuple)
        and len(value) == 3
        and all(0 <= channel <= 255 for channel in value)
    )


STEP = Mask()
