"""Axis orders of images: NCHW in a Graph, NHWC on chips.

An order gives the old axis for each new one, as for numpy's transpose.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "CHANNELS_FIRST",
    "CHANNELS_LAST",
    "LAYOUTS",
    "channels_first",
    "channels_last",
    "chw_sizes",
    "file_sizes",
    "in_layout",
    "reordered",
]

CHANNELS_FIRST = (0, 3, 1, 2)
"""From NHWC to NCHW."""
CHANNELS_LAST = (0, 2, 3, 1)
"""From NCHW to NHWC."""

LAYOUTS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {"nchw": (0, 1, 2, 3), "nhwc": CHANNELS_LAST, "ncwh": (0, 1, 3, 2), "nwhc": (0, 3, 2, 1)}
)
"""Orders from NCHW to that of pictures in users' files; some have the width before the height."""

_Size = TypeVar("_Size")


def in_layout(values: "NDArray[Any]", layout: str) -> "NDArray[Any]":
    """Return images [N, C, H, W] in a layout; other arrays unchanged."""
    order = LAYOUTS[layout]
    return values.transpose(order) if values.ndim == len(order) else values


def file_sizes(chw: Sequence[_Size], layout: str) -> tuple[_Size, ...]:
    """Return an image's sizes without the batch in a layout."""
    return tuple(chw[axis - 1] for axis in LAYOUTS[layout][1:])


def chw_sizes(sizes: Sequence[_Size], layout: str) -> tuple[_Size, ...]:
    """Return channels, height and width of sizes in a layout, without the batch."""
    return tuple(sizes[LAYOUTS[layout].index(axis) - 1] for axis in (1, 2, 3))


def reordered(shape: tuple[_Size, ...], order: tuple[int, ...]) -> tuple[_Size, ...]:
    """Return the sizes in this order if they are an image's; others unchanged."""
    return tuple(shape[axis] for axis in order) if len(shape) == len(order) else shape


def channels_last(values: "NDArray[Any]") -> "NDArray[Any]":
    """Return images [N, C, H, W] as [N, H, W, C]; other arrays unchanged."""
    return values.transpose(CHANNELS_LAST) if values.ndim == len(CHANNELS_LAST) else values


def channels_first(values: "NDArray[Any]") -> "NDArray[Any]":
    """Return images [N, H, W, C] as [N, C, H, W]; other arrays unchanged."""
    return values.transpose(CHANNELS_FIRST) if values.ndim == len(CHANNELS_FIRST) else values
