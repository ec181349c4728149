"""Ops that are layers of the KPU: convolutions, dense layers, sums, means, other scales."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from compilers.kmodel.extend import Extended, extended
from compilers.kmodel.kpu_layout import group_of
from compilers.kmodel.layer import convolve, norms_of, segments_of, weights_of
from compilers.kmodel.placed_kernel import PlacedKernel, place_kernel, ungrouped
from compilers.kmodel.scope import Scope
from compilers.kmodel.steps import Image, KpuStep
from compilers.op_parts.arguments import integer
from compilers.op_parts.window import Window
from zoo.lowering import NodeView

__all__ = ["lower_add", "lower_average_pool", "lower_conv", "lower_dense", "lower_requantize"]

_NINE = 9
"""Pixels of a 3x3 kernel."""


def lower_conv(scope: Scope, view: NodeView) -> None:
    """Lower to a layer of 1x1 or 3x3, pooled by picking pixels for strides of 2 and 4."""
    source, weight = view.inputs[0].name, weights_of(view)
    if source in scope.unpicked:
        larger, stride = scope.unpicked[source]
        convolve(scope, view, larger, PlacedKernel(weight, stride))
        return
    image = scope.image(view, source)
    window = Window.from_node(view.node, (weight.shape[2], weight.shape[3]))
    if _reads_all_at_once(window, image):
        flat = scope.new(f"{source}.flat", (image[0] * image[1] * image[2],))
        scope.same_bytes(source, flat)
        weight = ungrouped(weight, integer(view.node, "group"))
        _connect(scope, view, flat, weight.reshape(len(weight), -1))
        return
    placed = place_kernel(view, weight, window, image, integer(view.node, "group"))
    convolve(scope, view, source, placed)


def lower_dense(scope: Scope, view: NodeView) -> None:
    """Lower to a layer of 1x1, or of 3x3 for more inputs than the KPU has channels."""
    _connect(scope, view, view.inputs[0].name, weights_of(view))


def lower_requantize(scope: Scope, view: NodeView) -> None:
    """Lower to a depthwise layer that copies."""
    source = view.inputs[0].name
    zero_point = view.input_grid.zero_point[0]
    with extended(scope, view, source, view.output.name, 1, zero_point) as space:
        images = space.source_image, space.output_image
        copy = scope.copy_step(view, space.source, space.output, *images)
        channels = space.source_image[0]
        norms = norms_of(view, np.zeros(channels, np.int64), channels)
        step = replace(copy, norms=norms, segments=segments_of(view), w_factor=-zero_point)
        scope.add_kpu(view, step)


def lower_add(scope: Scope, view: NodeView) -> None:
    """Lower to a layer of 1x1 over both tensors, one behind the other."""
    first, second = view.inputs
    if scope.shapes[first.name] != scope.shapes[second.name]:
        view.refuse(
            f"it adds {list(first.shape)} and {list(second.shape)}; the KPU adds equal shapes",
            "resize or repeat before it, or add a constant as a bias",
        )
    zero_point = 0
    with (
        extended(scope, view, first.name, view.output.name, 1, zero_point) as space,
        extended(scope, view, second.name, None, 1, zero_point) as other,
    ):
        _add(scope, view, space, other)


def _add(scope: Scope, view: NodeView, space: Extended, other: Extended) -> None:
    channels, height, width = space.source_image
    behind = -(-channels // group_of(width)) * group_of(width)
    together = behind + channels, height, width
    joined = scope.new(f"{view.output.name}.both", together)
    scope.join(view, joined, (space.source, other.source))
    weights = np.zeros((channels, behind + channels), np.uint8)
    each = np.arange(channels)
    weights[each, each], weights[each, behind + each] = view.fixed("weight")
    add = np.full(channels, view.fixed("bn_add")[0])
    step = KpuStep(
        node=view.node.name,
        source=joined,
        output=space.output,
        source_image=together,
        output_image=space.output_image,
        kernel=1,
        norms=norms_of(view, add, channels),
        segments=segments_of(view),
        weights=weights.tobytes(),
    )
    scope.add_kpu(view, step)


def lower_average_pool(scope: Scope, view: NodeView) -> None:
    """Lower to a depthwise layer of ones, or to a sum over channels that are pixels."""
    if "bn_shift" not in view.node.integer:
        view.refuse(
            "its windows have several numbers of pixels; a layer of the KPU has one factor",
            "count pads as zeros (count_include_pad), or pool without pads",
        )
    source, window = view.inputs[0].name, Window.from_node(view.node)
    image = scope.image(view, source)
    if _reads_all_at_once(window, image):
        _sum_pixels(scope, view, source)
        return
    ones = np.ones((image[0], 1, *window.kernel), np.int64)
    convolve(scope, view, source, place_kernel(view, ones, window, image, image[0]))


def _sum_pixels(scope: Scope, view: NodeView, source: str) -> None:
    """Add a layer whose channels are the image's pixels, nine each for more than it has."""
    channels, height, width = scope.image(view, source)
    limits, count = scope.limits, height * width
    flat = scope.new(f"{source}.flat", (channels, count))
    scope.same_bytes(source, flat)
    if count <= limits.channels_max:
        _sum_channels(scope, view, flat)
        return
    if -(-count // _NINE) > limits.channels_max or 3 * channels > limits.height_max:
        view.refuse(
            f"it averages {height} x {width} pixels of {channels} channels at once; the KPU sums "
            f"up to {limits.channels_max} pixels, or {limits.channels_max * _NINE} of at most "
            f"{limits.height_max // 3} channels",
            "stride more before it",
        )
    _sum_patches(scope, view, flat)


def _sum_channels(scope: Scope, view: NodeView, flat: str) -> None:
    """Add a layer of 1x1 whose channels are the image's pixels, and whose pixels its channels.

    The CPU transposes, and adds pixels to a whole number of lines of four.  flat: [C, HW].
    """
    channels, count = scope.shapes[flat]
    zero_point, least = view.input_grid.zero_point[0], scope.limits.width_min
    lines = max(-(-channels // least), scope.limits.height_min)
    turned = scope.new(f"{flat}.turned", (count, channels))
    settings = {"shape": (channels, count), "order": (1, 0)}
    scope.add_cpu(view, "transpose", (flat,), turned, settings)
    padded = scope.padded(view, turned, (1, count, channels), lines * least, zero_point)
    square = scope.new(f"{flat}.square", (count, lines, least))
    scope.same_bytes(padded, square)
    ones = np.ones((1, count, 1, 1), np.int64)
    means = scope.new(f"{view.output.name}.means", (1, lines, least))
    convolve(scope, view, square, PlacedKernel(ones), means)
    part = {"shape": (lines * least,), "begin": (0,), "end": (channels,), "strides": (1,)}
    scope.add_cpu(view, "slice", (means,), view.output.name, part)


def _sum_patches(scope: Scope, view: NodeView, flat: str) -> None:
    """Add a layer of 3x3 over an image of 3x3 patches, one below the other, one for each channel.

    Its channels are every ninth pixel; the sums are in the middle of the patches.  flat: [C, HW].
    """
    channels, count = scope.shapes[flat]
    depth = -(-count // _NINE)
    zero_point = view.input_grid.zero_point[0]
    padded = scope.padded(view, flat, (1, channels, count), depth * _NINE, zero_point)
    turned = scope.new(f"{flat}.turned", (depth, channels, _NINE))
    settings = {"shape": (channels, depth, _NINE), "order": (1, 0, 2)}
    scope.add_cpu(view, "transpose", (padded,), turned, settings)
    square = scope.new(f"{flat}.square", (depth, 3 * channels, 3))
    scope.same_bytes(turned, square)
    sums = scope.new(f"{view.output.name}.sums", (1, 3 * channels, 3))
    convolve(scope, view, square, PlacedKernel(np.ones((1, depth, 3, 3), np.int64)), sums)
    part = {
        "shape": scope.shapes[sums],
        "begin": (0, 1, 1),
        "end": scope.shapes[sums],
        "strides": (1, 3, 3),
    }
    scope.add_cpu(view, "slice", (sums,), view.output.name, part)


def _connect(scope: Scope, view: NodeView, source: str, weight: NDArray[np.int64]) -> None:
    """Add a layer over a vector. weight: [K, C].

    More channels than the KPU has become nine pixels each, whose sum is at the middle one.
    """
    count = weight.shape[1]
    if count <= scope.limits.channels_max:
        convolve(scope, view, source, PlacedKernel(weight[:, :, None, None]))
        return
    channels = -(-count // _NINE)
    zero_point = view.input_grid.zero_point[0]
    padded = scope.padded(view, source, (1, 1, count), channels * _NINE, zero_point)
    square = scope.new(f"{source}.square", (channels, 3, 3))
    scope.same_bytes(padded, square)
    larger = np.zeros((len(weight), channels * _NINE), np.int64)
    larger[:, :count] = weight
    kernel = larger.reshape(len(weight), channels, 3, 3)
    convolve(scope, view, square, PlacedKernel(kernel), first=(1, 1))


def _reads_all_at_once(window: Window, image: Image) -> bool:
    """Whether the kernel covers the whole image, without pads."""
    return window.kernel == image[1:] and window.kernel != (1, 1) and not any(window.pads)
