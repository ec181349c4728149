"""Pads, pools and resizes over height and width.

Windows use TFLite's padding SAME or VALID, or an op before pads the image.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import integers, text
from compilers.op_parts.window import Window
from compilers.op_table import find_op
from compilers.tflite.scope import Scope
from zoo.graph import Quantization
from zoo.lowering import NodeView

__all__ = [
    "add_padding",
    "is_same",
    "lower_max_pool",
    "lower_resize",
    "require_factor",
    "window_settings",
]

_FACTOR_END = 256
"""Ratio of sum steps to output steps from which XNNPACK refuses a layer."""
# (alignCorners, halfPixelCenters)
_PLACES: Mapping[str, tuple[bool, bool]] = MappingProxyType(
    {"asymmetric": (False, False), "half_pixel": (False, True), "align_corners": (True, False)}
)


def lower_max_pool(scope: Scope, view: NodeView) -> None:
    """Add MAX_POOL_2D: pads never win; input and output have one quantization."""
    window = Window.from_node(view.node)
    if window.dilations != (1, 1):
        view.refuse(f"its window has the dilations {window.dilations}", "use dilation 1")
    x, padding = add_padding(scope, view, window, scope.read(view), lowest=True)
    settings = {
        **window_settings(window),
        "padding": padding,
        "filterHeight": window.kernel[0],
        "filterWidth": window.kernel[1],
        "fusedActivationFunction": "NONE",
    }
    scope.add("MAX_POOL_2D", [x], scope.output(view.output.name), "Pool2DOptions", settings)


def lower_resize(scope: Scope, view: NodeView) -> None:
    """Add RESIZE_BILINEAR, exact to one step in integers, or RESIZE_NEAREST_NEIGHBOR."""
    node, size = view.node, scope.parameter(view, "size", integers(view.node, "size_hw"))
    if text(node, "mode") == "linear":
        places = _PLACES[text(node, "coordinate_transformation_mode")]
        code, options = "RESIZE_BILINEAR", "ResizeBilinearOptions"
    else:
        places = _nearest_places(view)
        code, options = "RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighborOptions"
    settings = {"alignCorners": places[0], "halfPixelCenters": places[1]}
    # LiteRT's weights of int16 pixels have 10 bits only.
    add = scope.add_for_bytes if code == "RESIZE_BILINEAR" else scope.add
    x, output = scope.read(view), scope.output(view.output.name)
    add(code, [x, size], output, options, settings)


def add_padding(
    scope: Scope,
    view: NodeView,
    window: Window,
    x: int,
    *,
    lowest: bool = False,
    as_pixels: bool = False,
) -> tuple[int, str]:
    """Return the image for the window, x or padded x, and 'SAME' or 'VALID'.

    Pads hold 0, like TFLite's SAME in convolutions. With `lowest`, they hold a value that is never
    the maximum, like SAME in MAX_POOL_2D. With `as_pixels`, they count in means; SAME excludes them
    and is not used. PyTorch's pads (1, 1) of a 3x3 window with stride 2 are not SAME either, which
    is (0, 1).
    """
    if not any(window.pads):
        return x, "VALID"
    image = scope.tensor(x)
    if not as_pixels and is_same(window, image.shape[1:3]):
        return x, "SAME"
    top, left, bottom, right = window.pads
    batch, height, width, channels = image.shape
    shape = (batch, height + top + bottom, width + left + right, channels)
    borders = scope.parameter(
        view, "pads", np.array([[0, 0], [top, bottom], [left, right], [0, 0]])
    )
    padded = scope.value(f"{view.output.name}.padded", shape, image.grid)
    if not lowest:
        return scope.add("PAD", [x, borders], padded, "PadOptions"), "VALID"
    value = np.array([image.grid.qmin if image.grid else np.finfo(np.float32).min])
    constant = scope.constant(f"{view.output.name}.lowest", value, image.dtype, image.grid)
    return scope.add("PADV2", [x, borders, constant], padded, "PadV2Options"), "VALID"


def window_settings(window: Window) -> dict[str, int]:
    """Return the strides as options of convolutions and pools."""
    return {"strideH": window.strides[0], "strideW": window.strides[1]}


def require_factor(view: NodeView, sums: Quantization) -> None:
    """Refuse outputs with steps too fine for the layer's sums."""
    stored = view.output.quantization
    assert stored is not None
    factor = max(sums.scale) / stored.scale[0]
    if factor >= _FACTOR_END:
        view.refuse(
            f"a step of its sums is {factor:.0f} steps of its output",
            f"at most {_FACTOR_END - 1} are supported: calibrate with inputs that make it positive",
        )


def _nearest_places(view: NodeView) -> tuple[bool, bool]:
    """Return TFLite's setting that selects the same pixels as the Graph."""
    node = view.node
    height, width = (int(size) for size in view.inputs[0].shape[1:3])
    rows = np.arange(height)[None, None, :, None] * np.ones((1, 1, 1, width))
    columns = np.arange(width)[None, None, None, :] * np.ones((1, 1, height, 1))
    op = find_op("resize")
    wanted = op.run_float(node, [rows])[0, 0, :, 0], op.run_float(node, [columns])[0, 0, 0]
    sizes = tuple(zip((height, width), integers(node, "size_hw"), strict=True))
    for places in _PLACES.values():
        found = (_nearest_pixels(places, before, after) for before, after in sizes)
        if all(map(np.array_equal, wanted, found)):
            break
    else:
        view.refuse(
            f"no setting of TFLite's takes the pixels of '{text(node, 'nearest_mode')}' in "
            f"'{text(node, 'coordinate_transformation_mode')}' from {height} x {width} to "
            f"{integers(node, 'size_hw')}",
            "use nearest_mode 'floor' and 'asymmetric', as PyTorch's mode='nearest' does",
        )
    return places


def _nearest_pixels(places: tuple[bool, bool], size_in: int, size_out: int) -> NDArray[Any]:
    """Return the source pixel of each output per LiteRT's GetNearestNeighbor, in float32."""
    align_corners, half_pixel = places
    spread = align_corners and size_out > 1
    step = np.float32(size_in - spread) / np.float32(size_out - spread)
    offset = np.float32(0.5) if half_pixel else np.float32(0)
    place = (np.arange(size_out, dtype=np.float32) + offset) * step
    pixel = np.floor(place + np.float32(0.5)) if align_corners else np.floor(place)
    clipped: NDArray[Any] = np.clip(pixel, 0, size_in - 1)
    return clipped


def is_same(window: Window, image_hw: tuple[int, ...]) -> bool:
    """Return whether its pads are TensorFlow's SAME.

    The output is then ceil(size / stride), with the odd pixel at the end.
    """
    begin, end = [], []
    for size, extent, stride in zip(image_hw, window.extent, window.strides, strict=True):
        total = max((-(-size // stride) - 1) * stride + extent - size, 0)
        begin.append(total // 2)
        end.append(total - total // 2)
    return window.pads == (begin[0], begin[1], end[0], end[1])
