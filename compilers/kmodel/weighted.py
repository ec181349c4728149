"""Layers of the KPU: convolutions, dense layers, sums, and other scales."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.kmodel.extend import Extended, extended
from compilers.kmodel.kpu_layout import group_of
from compilers.kmodel.parameters import BatchNorm, Segment
from compilers.kmodel.placed_kernel import PICKS, PlacedKernel, place_kernel
from compilers.kmodel.scope import Scope
from compilers.kmodel.steps import Image, KpuStep
from compilers.op_parts.arguments import integer
from compilers.op_parts.arithmetic import shifted_bias
from compilers.op_parts.two_stage import batch_norm_add
from compilers.op_parts.window import Window
from zoo.lowering import NodeView

__all__ = ["lower_add", "lower_average_pool", "lower_conv", "lower_dense", "lower_requantize"]

_W_ZERO = 128
"""What is added to the Graph's weights to store them without a sign."""
_NINE = 9
"""Pixels of a 3x3 kernel."""
_VALUE_BITS = 36
"""Of what the activation's segments compare."""


def lower_conv(scope: Scope, view: NodeView) -> None:
    """Lower to a layer of 1x1 or 3x3, pooled by picking pixels for strides of 2 and 4."""
    source, weight = view.inputs[0].name, _weights(view)
    if source in scope.unpicked:
        larger, stride = scope.unpicked[source]
        _convolve(scope, view, larger, PlacedKernel(weight, stride))
        return
    image = scope.image(view, source)
    window = Window.from_node(view.node, (weight.shape[2], weight.shape[3]))
    if _reads_all_at_once(window, image):
        flat = scope.new(f"{source}.flat", (image[0] * image[1] * image[2],))
        scope.same_bytes(source, flat)
        _connect(scope, view, flat, weight.reshape(len(weight), -1))
        return
    placed = place_kernel(view, weight, window, image, integer(view.node, "group"))
    _convolve(scope, view, source, placed)


def lower_dense(scope: Scope, view: NodeView) -> None:
    """Lower to a layer of 1x1, or of 3x3 for more inputs than the KPU has channels."""
    _connect(scope, view, view.inputs[0].name, _weights(view))


def lower_requantize(scope: Scope, view: NodeView) -> None:
    """Lower to a depthwise layer that copies."""
    source = view.inputs[0].name
    zero_point = view.input_grid.zero_point[0]
    with extended(scope, view, source, view.output.name, 1, zero_point) as space:
        images = space.source_image, space.output_image
        copy = scope.copy_step(view, space.source, space.output, *images)
        channels = space.source_image[0]
        norms = _norms(view, np.zeros(channels, np.int64), channels)
        step = replace(copy, norms=norms, segments=_segments(view), w_factor=-zero_point)
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
        norms=_norms(view, add, channels),
        segments=_segments(view),
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
    _convolve(scope, view, source, place_kernel(view, ones, window, image, image[0]))


def _sum_pixels(scope: Scope, view: NodeView, source: str) -> None:
    """Add a layer of 1x1 whose channels are the image's pixels, and whose pixels its channels.

    The CPU transposes, and adds pixels to a whole number of lines of four.
    """
    channels, height, width = scope.image(view, source)
    zero_point, least = view.input_grid.zero_point[0], scope.limits.width_min
    lines = max(-(-channels // least), scope.limits.height_min)
    flat = scope.new(f"{source}.flat", (channels, height * width))
    scope.same_bytes(source, flat)
    turned = scope.new(f"{source}.turned", (height * width, channels))
    settings = {"shape": (channels, height * width), "order": (1, 0)}
    scope.add_cpu(view, "transpose", (flat,), turned, settings)
    padded = scope.padded(view, turned, (1, height * width, channels), lines * least, zero_point)
    square = scope.new(f"{source}.square", (height * width, lines, least))
    scope.same_bytes(padded, square)
    ones = np.ones((1, height * width, 1, 1), np.int64)
    means = scope.new(f"{view.output.name}.means", (1, lines, least))
    _convolve(scope, view, square, PlacedKernel(ones), means)
    part = {"shape": (lines * least,), "begin": (0,), "end": (channels,), "strides": (1,)}
    scope.add_cpu(view, "slice", (means,), view.output.name, part)


def _connect(scope: Scope, view: NodeView, source: str, weight: NDArray[np.int64]) -> None:
    """Add a layer over a vector. weight: [K, C].

    More channels than the KPU has become nine pixels each, whose sum is at the middle one.
    """
    count = weight.shape[1]
    if count <= scope.limits.channels_max:
        _convolve(scope, view, source, PlacedKernel(weight[:, :, None, None]))
        return
    channels = -(-count // _NINE)
    zero_point = view.input_grid.zero_point[0]
    padded = scope.padded(view, source, (1, 1, count), channels * _NINE, zero_point)
    square = scope.new(f"{source}.square", (channels, 3, 3))
    scope.same_bytes(padded, square)
    larger = np.zeros((len(weight), channels * _NINE), np.int64)
    larger[:, :count] = weight
    kernel = larger.reshape(len(weight), channels, 3, 3)
    _convolve(scope, view, square, PlacedKernel(kernel), first=(1, 1))


def _reads_all_at_once(window: Window, image: Image) -> bool:
    """Whether the kernel covers the whole image, without pads."""
    return window.kernel == image[1:] and window.kernel != (1, 1) and not any(window.pads)


def _weights(view: NodeView) -> NDArray[np.int64]:
    """Return the weights as integers around 0; refuses others than the scheme's."""
    weight = view.inputs[1]
    grid = view.grid(weight)
    if weight.data is None or not grid.signed or any(grid.zero_point):
        view.refuse(
            f"its weights '{weight.name}' are {grid.dtype} with zero points other than 0",
            "quantize with the scheme kpu-u8",
        )
    return weight.data.astype(np.int64)


def _convolve(
    scope: Scope,
    view: NodeView,
    source: str,
    placed: PlacedKernel,
    output: str = "",
    first: tuple[int, int] = (0, 0),
) -> None:
    """Add a layer. output: the node's if empty.  first: as `extended` takes it."""
    zero_point = view.input_grid.zero_point[0]
    stride, weight = placed.stride, placed.weight
    name = output or view.output.name
    with extended(scope, view, source, name, stride, zero_point, first) as space:
        channels, kernel = len(weight), weight.shape[2]
        add = _bias(view, channels)
        _require_values(view, weight, add)
        _require_chunks(scope, view, weight, placed.is_depthwise)
        stored = (weight + _W_ZERO).astype(np.uint8)
        step = KpuStep(
            node=view.node.name,
            source=space.source,
            output=space.output,
            source_image=space.source_image,
            output_image=space.output_image,
            kernel=kernel,
            norms=_norms(view, add, channels),
            segments=_segments(view),
            weights=stored.tobytes(),
            is_depthwise=placed.is_depthwise,
            pool_type=placed.pool_type,
            pad_value=zero_point,
            x_factor=-_W_ZERO,
            w_factor=-zero_point,
            constant=kernel * kernel * _W_ZERO * zero_point,
        )
        if placed.is_depthwise and stride > 1:
            _pick_later(scope, view, step, stride)
        else:
            scope.add_kpu(view, step)


def _pick_later(scope: Scope, view: NodeView, step: KpuStep, stride: int) -> None:
    """Add a depthwise layer without its pool, which the next layer does, or one that copies."""
    channels, height, width = step.source_image
    larger = scope.new(f"{step.output}.all", (channels, height, width))
    whole = replace(step, output=larger, output_image=step.source_image, pool_type=0)
    scope.add_kpu(view, whole)
    if step.output == view.output.name and _is_read_by_1x1(view):
        scope.unpicked[step.output] = larger, stride
        return
    images = step.source_image, step.output_image
    copy = scope.copy_step(view, larger, step.output, *images, pool_type=PICKS[stride])
    scope.add_kpu(view, copy)


def _is_read_by_1x1(view: NodeView) -> bool:
    """Whether only one convolution of 1x1 reads the output, with a stride of 1."""
    graph, name = view.graph, view.output.name
    readers = graph.consumers(name)
    if len(readers) != 1 or readers[0].op != "conv" or name in graph.outputs:
        return False
    node = readers[0]
    shape = graph.tensors[node.inputs[1]].shape
    window = Window.from_node(node, (int(shape[2]), int(shape[3])))
    return window == Window((1, 1)) and integer(node, "group") == 1


def _bias(view: NodeView, channels: int) -> NDArray[np.int64]:
    """Return the batch norms' offsets."""
    if len(view.inputs) < 3:
        return np.zeros(channels, np.int64)
    data = view.inputs[2].data
    assert data is not None
    return batch_norm_add(view.node, shifted_bias(view.node, data))


def _norms(view: NodeView, add: NDArray[np.int64], channels: int) -> tuple[BatchNorm, ...]:
    """Return a batch norm for each channel; refuses an offset of more than 32 bits."""
    if np.abs(add).max(initial=0) >= 1 << 31:
        view.refuse(
            f"a bias needs an offset of {int(add[np.abs(add).argmax()])}; the KPU's has 32 bits",
            "its output's scale is far finer than its bias: calibrate with more pictures",
        )
    multiplier, shift = (
        np.broadcast_to(view.fixed(f"bn_{key}"), channels).tolist()
        for key in ("multiplier", "shift")
    )
    rows = zip(multiplier, shift, add.tolist(), strict=True)
    return tuple(BatchNorm(*row) for row in rows)


def _segments(view: NodeView) -> tuple[Segment, ...]:
    columns = (view.fixed(f"table_{key}") for key in ("start", "multiplier", "shift", "bias"))
    return tuple(Segment(*row) for row in zip(*columns, strict=True))


def _require_values(view: NodeView, weight: NDArray[Any], add: NDArray[np.int64]) -> None:
    """Refuse a layer whose values, in the worst case, leave the activation's range."""
    reach = np.abs(weight).reshape(len(weight), -1).sum(axis=1) * 255
    multiplier, shift = (np.array(view.fixed(f"bn_{key}")) for key in ("multiplier", "shift"))
    largest = int(((reach * multiplier >> shift) + np.abs(add) + 1).max(initial=0))
    if largest >= 1 << (_VALUE_BITS - 1):
        view.refuse(
            f"its values reach {largest}; the KPU's activation compares {_VALUE_BITS} bits",
            "its output's scale is far finer than its sums: calibrate with more pictures",
        )


def _require_chunks(scope: Scope, view: NodeView, weight: NDArray[Any], is_depthwise: bool) -> None:
    """Refuse weights that the KPU cannot load."""
    limits = scope.limits
    each = limits.weights_chunk_bytes // weight[0].size
    loads = 1 if is_depthwise else -(-len(weight) // max(each, 1))
    if not each or loads > limits.weights_chunks_max:
        view.refuse(
            f"its {weight.size} weights need {loads} loads of whole output channels, up to "
            f"{limits.weights_chunk_bytes} bytes each; the KPU makes {limits.weights_chunks_max}",
            "use fewer channels",
        )
