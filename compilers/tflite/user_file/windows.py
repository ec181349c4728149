"""Pools, pads, resizes, and reductions."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import numpy as np

from compilers.tflite.user_file.operation import Operation
from compilers.tflite.user_file.weighted import window_settings
from zoo.layout import CHANNELS_LAST

__all__ = ["OPERATORS"]

_REFLECT = 0
_PADS_VALUE = 2


def _pool(op_type: str, op: Operation) -> None:
    """AVERAGE_POOL_2D, MAX_POOL_2D: pads never count."""
    kernel = op.option("filter_height"), op.option("filter_width")
    op.give(op.add(op_type, op.value(), kernel_shape=kernel, **window_settings(op, kernel)))


def _pad(op: Operation) -> None:
    """PAD with zeros, PADV2 with a value."""
    value = [op.parameter("value", 0, np.float32)]
    if op.has(_PADS_VALUE):
        given = op.constant_reals(_PADS_VALUE)
        value = [op.parameter("value", given.reshape(()), np.float32)]
    op.give(op.add("Pad", op.value(), _pads(op), *value))


def _mirror_pad(op: Operation) -> None:
    """MIRROR_PAD: a selection along each axis, which moves integers."""
    if op.option("mode") != _REFLECT:
        raise op.refusal("its mode is SYMMETRIC", "only REFLECT is supported: pad with it")
    if not op.is_quantized():
        op.give(op.add("Pad", op.value(), _pads(op), mode="reflect"))
        return
    value, sizes = op.value(), op.shape()
    borders = np.array(op.integers(1, "borders")).reshape(len(sizes), 2)
    for axis, (size, (before, after)) in enumerate(zip(sizes, borders, strict=True)):
        if before or after:
            places = np.abs(np.arange(-before, size + after))
            mirrored = op.parameter("places", size - 1 - np.abs(size - 1 - places))
            value = op.stored(op.add("Gather", value, mirrored, axis=op.axis(axis)))
    op.give(value)


def _pads(op: Operation) -> str:
    rank = len(op.shape())
    borders = np.array(op.integers(1, "borders")).reshape(rank, 2)
    laid = np.zeros((2, rank), np.int64)
    for axis, border in enumerate(borders):
        laid[:, op.axis(axis)] = border
    return op.parameter("pads", laid.reshape(-1))


def _resize(op: Operation) -> None:
    """RESIZE_BILINEAR: an output pixel's position in the input is by one of three rules."""
    op.give(_resized(op, mode="linear", coordinate_transformation_mode=_places(op)))


def _resize_nearest(op: Operation) -> None:
    """RESIZE_NEAREST_NEIGHBOR: i * in / out rounded down, (i + 1/2) * in / out rounded down, or
    i * (in - 1) / (out - 1) rounded half up.
    """
    places = _places(op)
    rounding = "floor" if places == "asymmetric" else "round_prefer_ceil"
    result = _resized(
        op, mode="nearest", coordinate_transformation_mode=places, nearest_mode=rounding
    )
    op.give(result)


def _resized(op: Operation, **settings: str) -> str:
    size = op.integers(1, "size")
    sizes = op.parameter("sizes", [op.shape()[0], op.shape()[-1], *size])
    return op.add("Resize", op.value(), "", "", sizes, **settings)


def _places(op: Operation) -> str:
    corners, half = op.option("align_corners"), op.option("half_pixel_centers")
    if corners and half:
        raise op.refusal(
            "it has align_corners and half_pixel_centers", "only one of them is defined: use one"
        )
    return "align_corners" if corners else "half_pixel" if half else "asymmetric"


def _sum(op: Operation) -> None:
    if op.is_quantized():
        raise op.refusal(
            "LiteRT's reference kernel and its fast one return different sums of integers",
            "use MEAN, and multiply, or convert the network in float",
        )
    _reduce("ReduceSum", op)


def _reduce(op_type: str, op: Operation) -> None:
    """MEAN, REDUCE_MAX, REDUCE_MIN, and SUM of reals, over constant axes."""
    shape = op.shape()
    axes = sorted({range(len(shape))[axis] for axis in op.integers(1, "axes")})
    laid = op.parameter("axes", sorted(op.axis(axis) for axis in axes))
    rest = [op.axis(axis) for axis in range(len(shape)) if axis not in axes]
    if not op.option("keep_dims") and rest == sorted(rest) and len(rest) != len(CHANNELS_LAST):
        op.give(op.add(op_type, op.value(), laid, keepdims=0))
        return
    kept = op.add(op_type, op.value(), laid, keepdims=1)
    sizes = [1 if axis in axes else size for axis, size in enumerate(shape)]
    op.give(op.reshaped(kept, sizes, op.output_shape()))


OPERATORS: Mapping[str, Callable[[Operation], None]] = MappingProxyType(
    {
        "AVERAGE_POOL_2D": partial(_pool, "AveragePool"),
        "MAX_POOL_2D": partial(_pool, "MaxPool"),
        "MEAN": partial(_reduce, "ReduceMean"),
        "MIRROR_PAD": _mirror_pad,
        "PAD": _pad,
        "PADV2": _pad,
        "REDUCE_MAX": partial(_reduce, "ReduceMax"),
        "REDUCE_MIN": partial(_reduce, "ReduceMin"),
        "RESIZE_BILINEAR": _resize,
        "RESIZE_NEAREST_NEIGHBOR": _resize_nearest,
        "SUM": _sum,
    }
)
