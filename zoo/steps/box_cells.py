"""Where a detector's outputs keep the numbers of each cell and anchor."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import StepError

__all__ = ["Level", "channels_of", "levels_of"]

_STRIDE_SLACK = 1e-3


@dataclass(frozen=True)
class Level:
    """A grid of cells over the network's input, each with the same anchors.

    rows, columns: of the grid.  stride: nominal side of a cell, in pixels of the input.
    pitch: from a cell's centre to the next one, in x and y.
    anchors: [A, 2] width and height in pixels.  first: cells times anchors of the levels before.
    """

    rows: int
    columns: int
    stride: float
    pitch: tuple[float, float]
    anchors: NDArray[np.float64]
    first: int

    @property
    def locations(self) -> int:
        """Return cells times anchors."""
        return self.rows * self.columns * len(self.anchors)


def levels_of(parameters: Mapping[str, Any], height: int, width: int) -> list[Level]:
    """Return the grids over an input of height x width: ceil(side / stride - 0.001) cells.

    The thousandth makes 3 cells of 320 / 106.666. The pitch is the stride, or side / cells with
    grid 'even'. Without anchors, a level has one of its stride.
    """
    levels: list[Level] = []
    first = 0
    for number, stride in enumerate(map(float, parameters["strides"])):
        rows, columns = (math.ceil(side / stride - _STRIDE_SLACK) for side in (height, width))
        anchors = parameters["anchors"][number] if parameters["anchors"] else [[stride, stride]]
        is_even = parameters["grid"] == "even"
        pitch = (width / columns, height / rows) if is_even else (stride, stride)
        level = Level(rows, columns, stride, pitch, np.array(anchors, np.float64), first)
        levels.append(level)
        first += level.locations
    return levels


def channels_of(
    output: NDArray[Any], name: str, levels: Sequence[Level], level: Level, order: str
) -> NDArray[np.float64]:
    """Return [cells, A, K]: K numbers for each cell and anchor of a level.

    levels: those that the output holds.  order: 'first' or 'last', where its axis of channels is.

        first  [A K, rows, columns] of one level, or [K, locations]
        last   [A, rows, columns, K] of one level, or [.., K]: locations by level, cell, anchor

    Cells are in the order of rows and columns. Raises RecipeError for an output of another form.
    """
    cells, anchors = level.rows * level.columns, len(level.anchors)
    locations = sum(held.locations for held in levels)
    shape, values = output.shape, output.astype(np.float64)
    channels = output.size // locations
    here = slice(level.first - levels[0].first, level.first - levels[0].first + level.locations)
    if order == "first" and shape == (anchors * channels, level.rows, level.columns):
        return values.reshape(anchors, channels, cells).transpose(2, 0, 1)
    if order == "first" and shape == (channels, locations):
        return values.T[here].reshape(cells, anchors, channels)
    if order == "last" and shape == (anchors, level.rows, level.columns, channels):
        return values.reshape(anchors, cells, channels).transpose(1, 0, 2)
    if order == "last" and len(shape) < 4 and locations * channels == output.size:
        return values.reshape(locations, channels)[here].reshape(cells, anchors, channels)
    grids = ", ".join(f"{h.rows}x{h.columns} cells, {len(h.anchors)} anchors" for h in levels)
    raise StepError(
        f"contract step 'boxes': output '{name}' is {list(shape)}, which does not fit channels = "
        f"'{order}' and its levels ({grids}; {locations} locations together); correct strides, "
        "anchors or channels"
    )
