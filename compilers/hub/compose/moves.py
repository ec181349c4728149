"""Selected, repeated or mirrored values, as slices and concats."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from compilers.hub.compose.parts import Parts
from compilers.op_parts.arguments import integers_parameter, parameter

__all__ = ["COMPOSITIONS"]

_RUNS_MAX = 256


def _gather(parts: Parts) -> None:
    """Write a selection along an axis as concatenated slices of ascending indices."""
    indices = parameter(parts.call, 1, "indices")
    x, axis = parts.tensor(), parts.axis(int(parts.attribute("axis", 0)))
    size = int(x.shape[axis])
    if indices is None or not ((-size <= indices) & (indices < size)).all():
        raise parts.refusal(
            f"it picks {indices} of the {size} values along axis {axis} of '{x.name}'",
            f"only indices from {-size} to {size - 1} exist: correct them",
        )
    flat = [int(index) % size for index in indices.reshape(-1)]
    picked = _picked(parts, parts.input(), axis, flat, "reorder channels with a 1x1 convolution")
    if indices.ndim != 1:
        sizes = parts.sizes()
        picked = parts.reshape(picked, (*sizes[: axis - 1], *indices.shape, *sizes[axis:]))
    parts.give(picked)


def _picked(parts: Parts, x: str, axis: int, indices: Sequence[int], remedy: str) -> str:
    """Add the values at some indices along an axis, in that order.

    remedy: what to do instead of picking too many.
    """
    runs = list(_runs(indices))
    if not runs or len(runs) > _RUNS_MAX:
        raise parts.refusal(
            f"it picks {len(indices)} values in {len(runs)} runs",
            f"1 to {_RUNS_MAX} runs of rising indices are supported: {remedy}",
        )
    slices = [_sliced(parts, x, axis, run) for run in runs]
    return slices[0] if len(slices) == 1 else parts.add("Concat", *slices, axis=axis)


def _sliced(parts: Parts, x: str, axis: int, run: range) -> str:
    bounds = (run.start, run.stop, axis, run.step)
    return parts.add("Slice", x, *(parts.integers([bound]) for bound in bounds))


def _runs(indices: Sequence[int]) -> Iterator[range]:
    """Yield the longest ascending ranges that concatenate to the indices."""
    start = 0
    while start < len(indices):
        end, step = start + 1, 1
        if end < len(indices) and indices[end] > indices[start]:
            step = indices[end] - indices[start]
            while end < len(indices) and indices[end] - indices[end - 1] == step:
                end += 1
        yield range(indices[start], indices[end - 1] + 1, step)
        start = end


def _expand(parts: Parts) -> None:
    """Write a repeated value as its product with ones."""
    found, wanted = parts.sizes(), integers_parameter(parts.call, 1, "shape") or ()
    rank = len(found) + 1
    aligned = (1,) * (rank - len(wanted)) + tuple(wanted)
    batch = parts.tensor().shape[0]
    if len(aligned) > rank or aligned[0] not in (0, 1, batch):
        raise parts.refusal(
            f"it repeats '{parts.tensor().name}' {parts.tensor().shape} to {tuple(wanted)}",
            "only axes other than the batch can be repeated, and no axis can be added before it",
        )
    pairs = zip(found, aligned[1:], strict=True)
    repeats = tuple(size if have == 1 else 1 for have, size in pairs)
    if max(repeats, default=1) == 1:
        parts.give(parts.input())
    else:
        ones = parts.constant("ones", np.ones((1, *repeats), np.float32))
        parts.give(parts.add("Mul", parts.input(), ones))


def _tile(parts: Parts) -> None:
    """Write copies side by side as a concat along each axis."""
    x, repeats = parts.input(), integers_parameter(parts.call, 1, "repeats") or ()
    if repeats[:1] != (1,):
        raise parts.refusal(
            f"it repeats '{parts.tensor().name}' {repeats} times along its axes",
            "the batch, axis 0, cannot be repeated: repeat the other axes",
        )
    for axis, count in enumerate(repeats):
        if count > 1:
            x = parts.add("Concat", *[x] * count, axis=axis)
    parts.give(x)


def _pad(parts: Parts) -> None:
    """Write a border of mirrored or repeated values as a selection along each axis.

    Constant borders are left to their op.
    """
    mode = parts.attribute("mode", "constant")
    if mode not in _BORDERS:
        return
    x, sizes = parts.input(), parts.sizes()
    for axis, (before, after) in enumerate(_widths(parts)):
        if not (before or after):
            continue
        parts.axis(axis)
        size = sizes[axis - 1]
        if min(before, after) < 0 or max(before, after) >= size + (mode != "reflect"):
            raise parts.refusal(
                f"it pads axis {axis} of {size} values by {before} and {after} in mode '{mode}'",
                f"widths from 0 to {size - (mode == 'reflect')} are supported",
            )
        places = np.arange(-before, size + after)
        remedy = "pad with a constant, or what goes into the network, before it"
        x = _picked(parts, x, axis, _BORDERS[mode](places, size).tolist(), remedy)
    parts.give(x)


def _concat(parts: Parts) -> None:
    """Write constants beside computed values as borders of zeros, to which they are added.

    Such a constant, a class token, is the same for all samples. Other concats are left to their op.
    """
    tensors = [parts.tensor(index) for index in range(len(parts.node.inputs))]
    constants = [tensor for tensor in tensors if tensor.is_constant]
    if not constants or any(t.shape[:1] != (1,) or t.quantization for t in constants):
        return
    first = next(index for index, tensor in enumerate(tensors) if not tensor.is_constant)
    axis = parts.axis(int(parts.attribute("axis", 0)), first)
    borders: dict[int, list[int]] = {}
    before = 0
    for index, tensor in enumerate(tensors):
        if not tensor.is_constant:
            borders[index], before = [before, 0], 0
        elif borders:
            list(borders.values())[-1][1] += int(tensor.shape[axis])
        else:
            before += int(tensor.shape[axis])
    bordered = [_bordered(parts, index, axis, widths) for index, widths in borders.items()]
    joined = bordered[0] if len(bordered) == 1 else parts.add("Concat", *bordered, axis=axis)
    zeros = (np.zeros((1, *(int(size) for size in t.shape[1:])), np.float32) for t in tensors)
    given = [z if t.data is None else t.data for z, t in zip(zeros, tensors, strict=True)]
    parts.give(parts.add("Add", joined, parts.constant("beside", np.concatenate(given, axis))))


def _bordered(parts: Parts, index: int, axis: int, widths: Sequence[int]) -> str:
    """Add an input with zeros before and after it along an axis."""
    before, after = ([0] * len(parts.tensor(index).shape) for _ in range(2))
    before[axis], after[axis] = widths
    pads = parts.integers([*before, *after])
    return parts.add("Pad", parts.input(index), pads) if any(widths) else parts.input(index)


def _widths(parts: Parts) -> list[tuple[int, int]]:
    """Return (before, after) of each axis, the batch included."""
    rank = len(parts.tensor().shape)
    pads = integers_parameter(parts.call, 1, "pads") or ()
    axes = integers_parameter(parts.call, 3, "axes") or tuple(range(rank))
    widths = [(0, 0)] * rank
    for axis, before, after in zip(axes, pads, pads[len(axes) :], strict=False):
        widths[axis] = (before, after)
    return widths


def _mirrored(places: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    mirrored: NDArray[np.int64] = size - 1 - np.abs(size - 1 - np.abs(places))
    return mirrored


_BORDERS: Mapping[str, Callable[[NDArray[np.int64], int], NDArray[np.int64]]] = MappingProxyType(
    {
        "edge": lambda places, size: np.clip(places, 0, size - 1),
        "reflect": _mirrored,
        "wrap": lambda places, size: places % size,
    }
)


COMPOSITIONS: Mapping[str, Callable[[Parts], None]] = MappingProxyType(
    {"Concat": _concat, "Expand": _expand, "Gather": _gather, "Pad": _pad, "Tile": _tile}
)
