"""Convolutions with few channels and stride 2, read as pairs of pixels.

XNNPACK's integer kernels load the channels of one pixel at a time, up to a register's width, which
RGB leaves mostly empty. [N, H, W, C] has the values of [N, H, W / 2, 2 * C] in the same order, so a
3x3 kernel with stride 2 is a 3x2 kernel over pairs with stride 1, with zeros for the pixel that it
does not read. All sums are unchanged.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.window import Window
from compilers.tflite.scope import Scope
from zoo.lowering import NodeView

__all__ = ["PixelPairs"]

_CHANNELS_MAX = 4
_PAIR = 2


@dataclass(frozen=True)
class PixelPairs:
    """A convolution over pairs. window: over pairs.  offset: of the kernel in its first pair."""

    window: Window
    offset: int

    @classmethod
    def of(cls, image_nhwc: tuple[int, ...], window: Window) -> Self | None:
        """Return how a window reads pairs of an image, None if it should not or cannot."""
        _, height, width, channels = image_nhwc
        steps = (window.strides[1], *window.dilations)
        if steps != (_PAIR, 1, 1) or window.kernel[1] == 1:
            return None
        if width % _PAIR or channels > _CHANNELS_MAX:
            return None
        top, left, bottom, _ = window.pads
        before = -(-left // _PAIR)
        offset = _PAIR * before - left
        kernel = -(-(offset + window.kernel[1]) // _PAIR)
        _, columns = window.output_hw((height, width), "")
        after = columns - 1 + kernel - before - width // _PAIR
        if after < 0:
            return None
        pads = (top, before, bottom, after)
        pairs = Window((window.kernel[0], kernel), (window.strides[0], 1), pads)
        return cls(pairs, offset)

    def add_image(self, scope: Scope, view: NodeView, x: int) -> int:
        """Add the image as pairs and return its index."""
        image = scope.tensor(x)
        batch, height, width, channels = image.shape
        shape = (batch, height, width // _PAIR, _PAIR * channels)
        pairs = scope.value(f"{view.output.name}.pairs", shape, image.grid)
        inputs = [x, scope.parameter(view, "pairs_shape", shape)]
        return scope.add("RESHAPE", inputs, pairs, "ReshapeOptions", {"newShape": shape})

    def spread(self, weights: NDArray[Any]) -> NDArray[Any]:
        """Return weights [K, kh, kw, C] as [K, kh, pairs, 2 * C], with zeros for unread pixels."""
        count, rows, columns, channels = weights.shape
        pairs = self.window.kernel[1]
        spread = np.zeros((count, rows, _PAIR * pairs, channels), weights.dtype)
        spread[:, :, self.offset : self.offset + columns] = weights
        return spread.reshape(count, rows, pairs, _PAIR * channels)
