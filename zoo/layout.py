"""Orders of the axes of images: NCHW in a Graph, NHWC on chips.

An order says of each new axis which old one it is, as numpy's transpose takes it.
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
    """Return the sizes in this order where they are an image's; others have no order."""
    return tuple(shape[axis] for axis in order) if len(shape) == len(order) else shape


def channels_last(values: "NDArray[Any]") -> "NDArray[Any]":
    """Return images [N, C, H, W] as [N, H, W, C]; other arrays as they are."""
    return values.transpose(CHANNELS_LAST) if values.ndim == len(CHANNELS_LAST) else values


def channels_first(values: "NDArray[Any]") -> "NDArray[Any]":
    """Return images [N, H, W, C] as [N, C, H, W]; other arrays as they are."""
    return values.transpose(CHANNELS_FIRST) if values.ndim == len(CHANNELS_FIRST) else values
