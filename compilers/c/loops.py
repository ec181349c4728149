"""Loop nests over the elements of several arrays at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import prod
from operator import mul
from typing import Self

from compilers.c.storage import channels_first_axes, sizes, strides_of
from zoo.c_program import Setting
from zoo.graph import Tensor

__all__ = ["Loops", "broadcast_loops", "reshape_loops"]

_DEPTH = 4


@dataclass(frozen=True)
class Loops:
    """Loops from the outermost to the innermost.

    sizes: iterations of each.  strides: for each array, in elements.
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
        """Whether every array is visited contiguously."""
        merged = self.merged()
        return len(merged.sizes) == 1 and all(s == (1,) for s in merged.strides)

    def nests(self) -> Iterator[tuple[tuple[int, ...], "Loops"]]:
        """Yield nests of as few loops as `settings` takes, each with the offsets of its arrays.

        Together they visit the same elements: one nest for each iteration of the loops outside it.
        """
        merged = self.merged()
        outside = max(len(merged.sizes) - _DEPTH, 0)
        inner = Loops(merged.sizes[outside:], tuple(row[outside:] for row in merged.strides))
        for index in product(*(range(size) for size in merged.sizes[:outside])):
            offsets = (sum(map(mul, index, row)) for row in merged.strides)
            yield tuple(offsets), inner

    def settings(self, names: Sequence[str], depth: int = _DEPTH) -> Mapping[str, Setting] | None:
        """Return sizes and strides by name, of length `depth`; None if there are more loops."""
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
    """Return loops over the output; an input's axis of size 1 is broadcast.

    output, inputs: sizes without the batch, of equal rank. Arrays: the inputs.
    """
    rows = tuple(
        tuple(
            0 if size == 1 else stride
            for size, stride in zip(found, strides_of(found), strict=True)
        )
        for found in inputs
    )
    return Loops(tuple(output), rows)


def reshape_loops(source: Tensor, target: Tensor) -> Loops | None:
    """Return loops over the same values in two shapes; arrays: source, target.

    Both are read channels first. Axes are split at the boundaries of the other shape; None if they
    do not nest, as for [2, 3] and [3, 2].
    """
    read, written = _Order.of(source), _Order.of(target)
    cuts = sorted({*read.inner_counts, *written.inner_counts}, reverse=True)
    if any(outer % inner for outer, inner in pairwise(cuts)):
        return None
    rows = [
        (outer // inner, read.stride_at(inner), written.stride_at(inner))
        for outer, inner in pairwise(cuts)
    ]
    rows.sort(key=lambda row: -row[2])
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return Loops(columns[0], (columns[1], columns[2]))


@dataclass(frozen=True)
class _Order:
    """Axes of a tensor, channels first. strides: in memory."""

    sizes: tuple[int, ...]
    strides: tuple[int, ...]

    @classmethod
    def of(cls, tensor: Tensor) -> Self:
        found, axes = sizes(tensor.shape), channels_first_axes(tensor)
        strides = strides_of(found)
        return cls(tuple(found[a] for a in axes), tuple(strides[a] for a in axes))

    @property
    def inner_counts(self) -> list[int]:
        """Number of values inside each boundary between axes, both ends included."""
        return [prod(self.sizes[axis:]) for axis in range(len(self.sizes) + 1)]

    def stride_at(self, count: int) -> int:
        """Return the memory distance of values `count` apart in this order."""
        for axis, size in enumerate(self.sizes):
            inner = prod(self.sizes[axis + 1 :])
            if inner <= count < inner * size:
                return self.strides[axis] * (count // inner)
        return count
