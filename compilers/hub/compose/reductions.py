"""Reductions over any axes, as pools over one axis of an image.

The reduced axes are made adjacent and become the height of an image [N, outer, count, inner], with
a window of count x 1. A sum is `count` means, so integers are rounded once, and the following steps
are `count` times as large.
"""

from collections.abc import Callable, Mapping
from math import prod
from types import MappingProxyType

from compilers.hub.compose.parts import Parts
from compilers.op_parts.arguments import integers_parameter

__all__ = ["COMPOSITIONS", "mean", "total"]

_IMAGE_HW = (2, 3)


def mean(parts: Parts, x: str, sizes: tuple[int, ...], axes: tuple[int, ...]) -> str:
    """Add the mean of a value over some axes, which become size 1.

    sizes: of the value, without the batch.  axes: counted from the batch, ascending.
    """
    return _shaped(parts, _pool(parts, "AveragePool", x, sizes, axes), _kept(sizes, axes, True))


def total(parts: Parts, x: str, sizes: tuple[int, ...], axes: tuple[int, ...]) -> str:
    """Add the sum of a value over some axes, which become size 1."""
    count = prod(sizes[axis - 1] for axis in axes)
    return parts.add("Mul", mean(parts, x, sizes, axes), parts.reals(count))


def _pool(parts: Parts, pool: str, x: str, sizes: tuple[int, ...], axes: tuple[int, ...]) -> str:
    """Add the pool; its values are in the order of the kept axes."""
    others = tuple(axis for axis in range(1, len(sizes) + 1) if axis not in axes)
    if axes != tuple(range(axes[0], axes[-1] + 1)):
        x = parts.add("Transpose", x, perm=(0, *others, *axes))
        outer, inner = prod(sizes[axis - 1] for axis in others), 1
    else:
        outer, inner = prod(sizes[: axes[0] - 1]), prod(sizes[axes[-1] :])
    count = prod(sizes[axis - 1] for axis in axes)
    image = parts.reshape(x, (outer, count, inner))
    return parts.add(pool, image, kernel_shape=(count, 1))


def _kept(sizes: tuple[int, ...], axes: tuple[int, ...], keep: bool) -> tuple[int, ...]:
    """Return the sizes after a reduction, without the batch."""
    pairs = list(enumerate(sizes, start=1))
    return tuple(1 if axis in axes else size for axis, size in pairs if keep or axis not in axes)


def _shaped(parts: Parts, value: str, sizes: tuple[int, ...]) -> str:
    return parts.reshape(value, sizes)


def _reduction(
    compute: Callable[[Parts, str, tuple[int, ...], tuple[int, ...]], str],
) -> Callable[[Parts], None]:
    """Return the composition. compute: adds the reduction with axes of size 1."""

    def compose(parts: Parts) -> None:
        axes = _axes(parts)
        if not axes:
            parts.give(parts.input())
            return
        sizes = parts.sizes()
        reduced = compute(parts, parts.input(), sizes, axes)
        if not parts.attribute("keepdims", 1):
            reduced = _shaped(parts, reduced, _kept(sizes, axes, False))
        parts.give(reduced)

    return compose


def _axes(parts: Parts) -> tuple[int, ...]:
    """Return the reduced axes, ascending; none if the operator does nothing."""
    given = parts.attribute("axes") or integers_parameter(parts.call, 1, "axes") or ()
    if not given and parts.attribute("noop_with_empty_axes", 0):
        return ()
    rank = len(parts.tensor().shape)
    return tuple(sorted({parts.axis(int(axis)) for axis in given or range(rank)}))


def _largest(parts: Parts, x: str, sizes: tuple[int, ...], axes: tuple[int, ...]) -> str:
    return _shaped(parts, _pool(parts, "MaxPool", x, sizes, axes), _kept(sizes, axes, True))


def _smallest(parts: Parts, x: str, sizes: tuple[int, ...], axes: tuple[int, ...]) -> str:
    """Add -max(-x)."""
    minus = parts.reals(-1)
    largest = _largest(parts, parts.add("Mul", x, minus), sizes, axes)
    return parts.add("Mul", largest, minus)


def _squares(parts: Parts, x: str, sizes: tuple[int, ...], axes: tuple[int, ...]) -> str:
    return total(parts, parts.add("Mul", x, x), sizes, axes)


def _mean_but_of_images(parts: Parts) -> None:
    """Leave a mean over height and width to its own op."""
    if len(parts.sizes()) != 3 or _axes(parts) != _IMAGE_HW:
        _reduction(mean)(parts)


def _lp_normalization(parts: Parts) -> None:
    """Write x / norm(x) along an axis, as torch.nn.functional.normalize does."""
    axes, x = (parts.axis(int(parts.attribute("axis", -1))),), parts.input()
    norm = (_size if parts.attribute("p", 2) == 1 else _norm)(parts, x, parts.sizes(), axes)
    parts.give(parts.add("Mul", x, parts.add("Reciprocal", norm)))


def _size(parts: Parts, x: str, sizes: tuple[int, ...], axes: tuple[int, ...]) -> str:
    return total(parts, parts.add("Abs", x), sizes, axes)


def _norm(parts: Parts, x: str, sizes: tuple[int, ...], axes: tuple[int, ...]) -> str:
    return parts.add("Sqrt", _squares(parts, x, sizes, axes))


def _log_sum(parts: Parts, x: str, sizes: tuple[int, ...], axes: tuple[int, ...]) -> str:
    return parts.add("Log", total(parts, x, sizes, axes))


def _log_sum_exp(parts: Parts, x: str, sizes: tuple[int, ...], axes: tuple[int, ...]) -> str:
    """Add m + log(sum(exp(x - m))) with the maximum m, which cannot overflow."""
    largest = _largest(parts, x, sizes, axes)
    powers = parts.add("Exp", parts.add("Sub", x, largest))
    return parts.add("Add", largest, _log_sum(parts, powers, sizes, axes))


COMPOSITIONS: Mapping[str, Callable[[Parts], None]] = MappingProxyType(
    {
        "LpNormalization": _lp_normalization,
        "ReduceL1": _reduction(_size),
        "ReduceL2": _reduction(_norm),
        "ReduceLogSum": _reduction(_log_sum),
        "ReduceLogSumExp": _reduction(_log_sum_exp),
        "ReduceMax": _reduction(_largest),
        "ReduceMean": _mean_but_of_images,
        "ReduceMin": _reduction(_smallest),
        "ReduceSum": _reduction(total),
        "ReduceSumSquare": _reduction(_squares),
    }
)
