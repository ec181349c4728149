"""Nests of loops over the elements of several arrays at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod

from compilers.c.storage import axis_strides, stored_axes
from zoo.c_program import Setting

__all__ = ["Loops", "broadcast_loops", "reshape_loops"]

_DEPTH = 4


@dataclass(frozen=True)
class Loops:
    """Loops from the outermost to the innermost.

    sizes: rounds of each.  strides: for each array, elements from one round to the next.
    """

    sizes: tuple[int, ...]
    strides: tuple[tuple[int, ...], ...]

    def merged(self) -> "Loops":
        """Return the fewest loops that visit the same elements in the same order."""
        kept: list[tuple[int, tuple[int, ...]]] = []
        for size, *strides in zip(self.sizes, *self.strides, strict=True):
            if size == 1:
                continue
            if kept and all(
                outer == stride * size for outer, stride in zip(kept[-1][1], strides, strict=True)
            ):
                kept[-1] = (kept[-1][0] * size, tuple(strides))
            else:
                kept.append((size, tuple(strides)))
        found = kept or [(1, (1,) * len(self.strides))]
        columns = zip(*(strides for _, strides in found), strict=True)
        return Loops(tuple(size for size, _ in found), tuple(columns))

    @property
    def is_contiguous(self) -> bool:
        """Whether every array is visited from one element to the next."""
        merged = self.merged()
        return len(merged.sizes) == 1 and all(s == (1,) for s in merged.strides)

    def settings(self, names: Sequence[str], depth: int = _DEPTH) -> Mapping[str, Setting] | None:
        """Return sizes and, by name, strides, all of length `depth`; None where these are more."""
        merged = self.merged()
        missing = depth - len(merged.sizes)
        if missing < 0:
            return None
        padded = {
            name: (0,) * missing + strides
            for name, strides in zip(names, merged.strides, strict=True)
        }
        return {"sizes": (1,) * missing + merged.sizes, **padded}


def broadcast_loops(output: Sequence[int], inputs: Sequence[Sequence[int]]) -> Loops:
    """Return loops over the output as stored; an input's axis of size 1 is repeated.

    output, inputs: sizes without the batch, in the Graph's order. Arrays: the inputs.
    """
    order = stored_axes(len(output))
    rows = []
    for found in inputs:
        aligned = (1,) * (len(output) - len(found)) + tuple(found)
        strides = axis_strides(found)
        steps = (0,) * (len(output) - len(found)) + strides
        rows.append(tuple(0 if aligned[axis] == 1 else steps[axis] for axis in order))
    return Loops(tuple(output[axis] for axis in order), tuple(rows))


def reshape_loops(source: Sequence[int], target: Sequence[int]) -> Loops | None:
    """Return loops over the same values in two shapes; arrays: source, target.

    Both are read in the Graph's order. Each axis is cut where the other shape cuts; None where
    the cuts do not fit into each other, as for [2, 3] and [3, 2].
    """
    cuts = sorted({*_inner_counts(source), *_inner_counts(target)}, reverse=True)
    if any(outer % inner for outer, inner in pairwise(cuts)):
        return None
    pairs = list(pairwise(cuts))
    rows = [
        (outer // inner, _stride_at(source, inner), _stride_at(target, inner))
        for outer, inner in pairs
    ]
    rows.sort(key=lambda row: -row[2])
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return Loops(columns[0], (columns[1], columns[2]))


def _inner_counts(found: Sequence[int]) -> list[int]:
    """Return how many values there are inside of each cut between axes, both ends included."""
    return [prod(found[axis:]) for axis in range(len(found) + 1)]


def _stride_at(found: Sequence[int], count: int) -> int:
    """Return the distance in memory of values that are `count` apart in the Graph's order."""
    strides = axis_strides(found)
    for axis, size in enumerate(found):
        inner = prod(found[axis + 1 :])
        if inner <= count < inner * size:
            return strides[axis] * (count // inner)
    return count
