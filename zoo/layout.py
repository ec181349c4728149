"""Axis orders of images: NCHW in a Graph, NHWC on chips.

An order gives the old axis for each new one, as for numpy's transpose.
"""

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CHANNELS_FIRST", "CHANNELS_LAST", "channels_first", "channels_last", "reordered"]

CHANNELS_FIRST = (0, 3, 1, 2)
"""From NHWC to NCHW."""
CHANNELS_LAST = (0, 2, 3, 1)
"""From NCHW to NHWC."""

_Size = TypeVar("_Size")


def reordered(shape: tuple[_Size, ...], order: tuple[int, ...]) -> tuple[_Size, ...]:
    """Return the sizes in this order if they are an image's; others unchanged."""
    return tuple(shape[axis] for axis in order) if len(shape) == len(order) else shape


def channels_last(values: "NDArray[Any]") -> "NDArray[Any]":
    """Return images [N, C, H, W] as [N, H, W, C]; other arrays unchanged."""
    return values.transpose(CHANNELS_LAST) if values.ndim == len(CHANNELS_LAST) else values


def channels_first(values: "NDArray[Any]") -> "NDArray[Any]":
    """Return images [N, H, W, C] as [N, C, H, W]; other arrays unchanged."""
    return values.transpose(CHANNELS_FIRST) if values.ndim == len(CHANNELS_FIRST) else values
