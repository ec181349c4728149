"""Means over windows: pools, or sums as convolutions, rounded once."""

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import integer, integers
from compilers.op_parts.window import Pair, Window
from compilers.ops.average_pool import divides_unevenly, pixel_counts
from compilers.tflite.clamps import add_clamped
from compilers.tflite.even_widths import WIDE
from compilers.tflite.scope import Scope
from compilers.tflite.windows import add_padding, is_same, require_factor, window_settings
from zoo.graph import Node, Quantization
from zoo.lowering import NodeView

__all__ = ["lower_average_pool"]

_LEVEL_MAX = 127


def lower_average_pool(scope: Scope, view: NodeView) -> None:
    """Add MEAN over a whole image; otherwise AVERAGE_POOL_2D, or its sum as a convolution.

    AVERAGE_POOL_2D keeps the scale of its input, so another rounding would have to follow; a
    DEPTHWISE_CONV_2D with weights 1 in steps of 1 / count rounds once. It is also used if a scheme
    replaces 1 / count by M / 2**S, with weights M in steps of 2**-S, and if means round half up,
    which MEAN does not. If pads are excluded, parts with one count each are joined; for reals, SAME
    does that.
    """
    window, image = Window.from_node(view.node), view.inputs[0]
    _require_factor_of_7_bits(view)
    image_hw = scope.tensor(scope.read(view)).shape[1:3]
    divides_as_same = image.quantization is None and is_same(window, image_hw)
    if divides_unevenly(view.node) and not divides_as_same:
        _add_parts(scope, view, window)
        return
    is_whole = window == Window(window.kernel) and window.kernel == image.shape[1:3]
    if is_whole and not _is_sum(view):
        axes = scope.parameter(view, "axes", (1, 2))
        settings = {"keepDims": bool(integer(view.node, "keep_axes"))}
        inputs = [scope.read(view), axes]
        add_clamped(scope, view, "MEAN", inputs, "ReducerOptions", settings, fuses=False)
    elif image.quantization is None:
        _add_pool(scope, view, window)
    else:
        _add_sum(scope, view, window)


def _require_factor_of_7_bits(view: NodeView) -> None:
    if view.output.quantization is None and "reciprocal" in view.node.attributes:
        view.refuse(
            "it does not divide by the number of pixels in its window",
            "means with their own factors exist only in integers",
        )
    if "reciprocal" in view.node.attributes and not integer(view.node, "keep_axes"):
        view.refuse(
            "it multiplies by a factor of its own, and drops its axes",
            "keep the axes, and reshape after it",
        )
    if _level(view.node, Window.from_node(view.node))[0] > _LEVEL_MAX:
        view.refuse(
            f"its factor {integers(view.node, 'reciprocal')[0]} has more than 7 bits",
            "use a scheme with mean_bits of 7 at most",
        )


def _is_sum(view: NodeView) -> bool:
    grid = view.output.quantization
    half_up = grid is not None and grid.rounding == "half_up"
    return "reciprocal" in view.node.attributes or (
        half_up and bool(integer(view.node, "keep_axes"))
    )


def _add_pool(scope: Scope, view: NodeView, window: Window) -> None:
    counts_pads = not divides_unevenly(view.node)
    x, padding = add_padding(scope, view, window, scope.read(view), as_pixels=counts_pads)
    height, width = window.kernel
    settings = {
        **window_settings(window),
        "padding": padding,
        "filterHeight": height,
        "filterWidth": width,
    }
    add_clamped(scope, view, "AVERAGE_POOL_2D", [x], "Pool2DOptions", settings)


def _add_sum(scope: Scope, view: NodeView, window: Window) -> None:
    x, padding = add_padding(scope, view, window, scope.read(view))
    level, step = _level(view.node, window)
    inputs = [x, *_weights(scope, view, window, x, level, step)]
    settings = {**_CONVOLUTION, **window_settings(window), "padding": padding}
    add_clamped(scope, view, "DEPTHWISE_CONV_2D", inputs, "DepthwiseConv2DOptions", settings)


def _add_parts(scope: Scope, view: NodeView, window: Window) -> None:
    """Add a sum for each part of the image with one pixel count, and join them."""
    x = scope.read(view)
    counts = pixel_counts(view.node, scope.tensor(x).shape[1:3])
    padded, _ = add_padding(scope, view, window, x, as_pixels=True)
    bands = []
    for rows in _runs(counts[:, 0]):
        parts = [
            _add_part(scope, view, padded, window, rows, columns, int(counts[rows[0], columns[0]]))
            for columns in _runs(counts[0])
        ]
        *_, channels = scope.tensor(padded).shape
        shape = (1, rows[1] - rows[0], counts.shape[1], channels)
        band = scope.value(f"{view.output.name}.band{rows[0]}", shape, _output_grid(scope, view))
        settings = {"axis": 2, "fusedActivationFunction": "NONE"}
        bands.append(scope.add("CONCATENATION", parts, band, "ConcatenationOptions", settings))
    settings = {"axis": 1, "fusedActivationFunction": "NONE"}
    add_clamped(scope, view, "CONCATENATION", bands, "ConcatenationOptions", settings, fuses=False)


def _add_part(
    scope: Scope,
    view: NodeView,
    padded: int,
    window: Window,
    rows: Pair,
    columns: Pair,
    count: int,
) -> int:
    """Return the means of some rows and columns of the output. count: pixels in each mean."""
    word = f"{view.output.name}.{rows[0]}.{columns[0]}"
    ends = [
        (start * stride, (end - 1) * stride + size)
        for (start, end), stride, size in zip(
            (rows, columns), window.strides, window.kernel, strict=True
        )
    ]
    batch, *_, channels = scope.tensor(padded).shape
    cuts = [(0, batch), *ends, (0, channels)]
    seen = [end - start for start, end in cuts]
    image = scope.value(f"{word}.seen", seen, scope.tensor(padded).grid)
    bounds = (np.array([cut[side] for cut in cuts]) for side in (0, 1))
    parameters = [scope.constant(f"{word}.cut", values, "int32") for values in bounds]
    steps = scope.constant(f"{word}.steps", np.ones(len(cuts)), "int32")
    scope.add("STRIDED_SLICE", [padded, *parameters, steps], image, "StridedSliceOptions")
    shape = (batch, rows[1] - rows[0], columns[1] - columns[0], channels)
    means = scope.value(f"{word}.means", shape, _output_grid(scope, view))
    inputs = [image, *_weights(scope, view, window, image, 1, 1 / count)]
    settings = {**_CONVOLUTION, **window_settings(window), "padding": "VALID"}
    settings["fusedActivationFunction"] = "NONE"
    return scope.add("DEPTHWISE_CONV_2D", inputs, means, "DepthwiseConv2DOptions", settings)


def _runs(counts: NDArray[np.int64]) -> Iterator[Pair]:
    """Yield (start, end) of runs of equal numbers."""
    changes = np.flatnonzero(np.diff(counts)) + 1
    yield from pairwise([0, *changes.tolist(), len(counts)])


def _output_grid(scope: Scope, view: NodeView) -> Quantization | None:
    return scope.tensor(scope.output(view.output.name)).grid


_CONVOLUTION: dict[str, object] = {
    "depthMultiplier": 1,
    "dilationHFactor": 1,
    "dilationWFactor": 1,
}


def _weights(
    scope: Scope, view: NodeView, window: Window, x: int, level: int, step: float
) -> tuple[int, int]:
    """Return weights that are all level * step, and a bias of 0, in the types for input x."""
    source, channels = scope.tensor(x).grid, scope.tensor(x).shape[-1]
    name, shape = view.output.name, (1, *window.kernel, channels)
    if source is None:
        weights = scope.constant(f"{name}.levels", np.full(shape, level * step), "float32")
        return weights, scope.constant(f"{name}.bias", np.zeros(channels), "float32")
    grid = Quantization((step,) * channels, (0,) * channels, axis=3)
    scale = float(np.float32(source.scale[0]) * np.float32(step))
    sums = Quantization((scale,) * channels, grid.zero_point, bits=32, axis=0)
    require_factor(view, sums)
    weights = scope.constant(f"{name}.levels", np.full(shape, level), "int8", grid)
    dtype = "int64" if source.bits == WIDE else "int32"
    return weights, scope.constant(f"{name}.bias", np.zeros(channels), dtype, sums)


def _level(node: Node, window: Window) -> tuple[int, float]:
    """Return the weight as an integer, and its step."""
    if "reciprocal" not in node.attributes:
        return 1, 1 / math.prod(window.kernel)
    multiplier, shift = integers(node, "reciprocal")
    twos = (multiplier & -multiplier).bit_length() - 1
    return multiplier >> twos, 2.0 ** (twos - shift)
