"""Sparse constants of a .tflite file.

Values are stored in the order of `traversal`, level by level: of a dense level all places, of a
sparse one those listed (compressed sparse rows). Levels from the tensor's rank on count inside of
blocks. Format: SparsityParameters in LiteRT's schema.fbs, after Kjolstad et al. 2017, "The Tensor
Algebra Compiler".
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.flat_table import FlatTable

__all__ = ["Level", "Sparsity", "dense", "read_sparsity"]

_SPARSE = 1
_VALUES_MAX = 2**28
_TYPES = {1: "<i4", 2: "<u2", 3: "u1"}
"""Of SparseIndexVector."""


@dataclass(frozen=True)
class Level:
    """A level. size: of a dense one, 0 for a sparse one, of which place p holds
    indices[segments[p]:segments[p + 1]].
    """

    size: int
    segments: NDArray[Any]
    indices: NDArray[Any]


@dataclass(frozen=True)
class Sparsity:
    """How values are stored. traversal: the axis of each level.  blocks: axes that are blocked."""

    traversal: tuple[int, ...]
    blocks: tuple[int, ...]
    levels: tuple[Level, ...]


def read_sparsity(table: FlatTable | None) -> Sparsity | None:
    """Return a tensor's sparsity, None for a dense one; raises ValueError for a damaged table."""
    if table is None:
        return None
    traversal, blocks = (tuple(table.numbers(field, "<i4").tolist()) for field in (0, 1))
    levels = tuple(_level(level) for level in table.tables(2))
    if len(traversal) != len(levels):
        raise ValueError(f"{len(traversal)} axes are stored in {len(levels)} levels")
    return Sparsity(traversal, blocks, levels)


def _level(table: FlatTable) -> Level:
    is_sparse = table.number(0, "b") == _SPARSE
    size = 0 if is_sparse else table.number(1, "i")
    return Level(size, _vector(table, 2), _vector(table, 4))


def _vector(table: FlatTable, field: int) -> NDArray[Any]:
    held, kind = table.table(field + 1), _TYPES.get(table.number(field, "B"))
    return held.numbers(0, kind) if held and kind else np.zeros(0, np.int32)


def dense(values: NDArray[Any], shape: Sequence[int], sparsity: Sparsity) -> NDArray[Any]:
    """Return the values in their shape, with zeros between them; raises ValueError, IndexError."""
    _require_axes(shape, sparsity)
    places, found = np.zeros(1, np.int64), np.zeros((1, 0), np.int64)
    for level in sparsity.levels:
        rows, places, own = _step(level, places, math.prod(shape))
        found = np.column_stack([found[rows], own])
    axes = [np.zeros(len(places), np.int64) for _ in shape]
    for axis, column in zip(sparsity.traversal, found.T, strict=True):
        if axis < len(shape):
            axes[axis] = axes[axis] + column * _block(sparsity, axis, len(shape))
        else:
            blocked = sparsity.blocks[axis - len(shape)]
            axes[blocked] = axes[blocked] + column
    result = np.zeros(shape, values.dtype)
    result[tuple(axes)] = values.reshape(-1)[places]
    return result


def _require_axes(shape: Sequence[int], sparsity: Sparsity) -> None:
    axes = range(len(shape) + len(sparsity.blocks))
    if sorted(sparsity.traversal) != list(axes) or not set(sparsity.blocks) <= set(axes):
        raise ValueError(
            f"the axes {list(sparsity.traversal)}, of {list(sparsity.blocks)} in blocks, are not "
            f"those of {list(shape)}"
        )
    if math.prod(shape) > _VALUES_MAX:
        raise ValueError(f"{list(shape)} has more than {_VALUES_MAX} values")


def _step(
    level: Level, places: NDArray[np.int64], most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return for each place of a level: the one before it, its number, and its coordinate."""
    if level.size:
        counts = np.full(len(places), level.size, np.int64)
        starts = places * level.size
    else:
        starts = level.segments[places].astype(np.int64)
        counts = level.segments[places + 1] - starts
    if counts.min(initial=0) < 0 or counts.sum() > most:
        raise ValueError(f"{counts.sum()} places are stored of {most}")
    rows = np.repeat(np.arange(len(places)), counts)
    inside = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    numbers = starts[rows] + inside
    return rows, numbers, inside if level.size else level.indices[numbers].astype(np.int64)


def _block(sparsity: Sparsity, axis: int, rank: int) -> int:
    """Return the size of the blocks along an axis, 1 without any."""
    if axis not in sparsity.blocks:
        return 1
    own = rank + sparsity.blocks.index(axis)
    return sparsity.levels[sparsity.traversal.index(own)].size
