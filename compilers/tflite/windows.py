"""Windows with pads: TFLite's SAME or VALID, or the image padded by an op before."""

import numpy as np

from compilers.op_parts.window import Window
from compilers.tflite.scope import Scope
from zoo.graph import Node

__all__ = ["add_padding", "window_settings"]


def add_padding(
    scope: Scope,
    node: Node,
    window: Window,
    x: int,
    *,
    lowest: bool = False,
    as_pixels: bool = False,
) -> tuple[int, str]:
    """Return the image that the window slides over, x or x with pads, and 'SAME' or 'VALID'.

    Pads hold 0, as TFLite's SAME does in convolutions. Where `lowest`, they hold what never is the
    maximum, as SAME does in MAX_POOL_2D. Where `as_pixels`, they count in means; SAME leaves them
    out of these, and is not taken. PyTorch's pads (1, 1) of a 3x3 window with stride 2 are not
    SAME either, which is (0, 1).
    """
    if not any(window.pads):
        return x, "VALID"
    image = scope.tensor(x)
    if not as_pixels and window.pads == _same(window, image.shape[1:3]):
        return x, "SAME"
    top, left, bottom, right = window.pads
    batch, height, width, channels = image.shape
    shape = (batch, height + top + bottom, width + left + right, channels)
    borders = scope.parameter(
        node, "pads", np.array([[0, 0], [top, bottom], [left, right], [0, 0]])
    )
    padded = scope.value(f"{node.output}.padded", shape, image.grid)
    if not lowest:
        return scope.add("PAD", [x, borders], padded, "PadOptions"), "VALID"
    value = np.array([image.grid.qmin if image.grid else np.finfo(np.float32).min])
    constant = scope.constant(f"{node.output}.lowest", value, image.dtype, image.grid)
    return scope.add("PADV2", [x, borders, constant], padded, "PadV2Options"), "VALID"


def window_settings(window: Window) -> dict[str, int]:
    """Return the strides as the options of convolutions and pools name them."""
    return {"strideH": window.strides[0], "strideW": window.strides[1]}


def _same(window: Window, image_hw: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Return TensorFlow's pads: the output is ceil(size / stride), the odd pixel at the end."""
    begin, end = [], []
    for size, extent, stride in zip(image_hw, window.extent, window.strides, strict=True):
        total = max((-(-size // stride) - 1) * stride + extent - size, 0)
        begin.append(total // 2)
        end.append(total - total // 2)
    return begin[0], begin[1], end[0], end[1]
