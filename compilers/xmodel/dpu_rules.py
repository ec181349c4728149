"""The rules for ops on a DPUCZDX8G; each refuses a node that violates it.

Rules and limits: Vitis AI user guide UG1414, "Currently Supported Operators", the engines that
libtarget-factory lists for a DPU, and the partition rules in Vitis AI's open quantizer, which
mirror those of its compiler. docs/kv260.md names the source of each. What an .xmodel cannot say is
refused later, by the lowering.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf
from types import MappingProxyType

from compilers.op_parts.arguments import integer, real
from compilers.op_parts.arithmetic import OPEN, Bounds, clamp_of
from compilers.op_parts.window import Pair, Window
from compilers.xmodel.dpu import DpuLimits
from compilers.xmodel.flat_images import feeds_dense_alone
from compilers.xmodel.resampling import require_factors
from compilers.xmodel.transposed import convolution_of, spread_of, transposed_window
from zoo.lowering import NodeView, lowered_ops
from zoo.target import Target

__all__ = ["DpuView", "require_rules"]

_KINDS: Mapping[Bounds, str] = MappingProxyType({(0.0, inf): "relu", (0.0, 6.0): "relu6"})


@dataclass(frozen=True)
class DpuView(NodeView):
    """A node with the data for its rules."""

    target: Target
    limits: DpuLimits


def require_rules(view: DpuView) -> None:
    """Raise Refusal for a node that the DPU does not run; a plugin's op has no rules."""
    op, cpu_ops = view.node.op, view.target.facts.get("cpu_ops", ())
    if isinstance(cpu_ops, tuple) and op in cpu_ops:
        view.refuse(
            "the DPU has no such op, and the app runs what the DPU computes",
            "end the network before it and let the contract's post-processing compute it",
            runs_on="CPU",
        )
    if op == "requantize" or op not in lowered_ops("xmodel"):
        remedy = f"build it from {', '.join(_RULES)}, or end the network before it by --cpu-tail"
        view.refuse(_NOTHING, remedy)
    if op in _RULES:
        _RULES[op](view)


def _conv(view: DpuView) -> None:
    (_, channels, *image_hw), weight = view.inputs[0].shape, view.inputs[1].shape
    window = Window.from_node(view.node, (int(weight[2]), int(weight[3])))
    group = integer(view.node, "group")
    if spread_of(view.graph, view.node):
        _channels(view, int(channels))
    elif group == 1:
        _convolution(view, window, int(channels), _pair(image_hw))
        _activation(view, "conv")
    elif group == channels == weight[0]:
        _depthwise(view, window, _pair(image_hw))


def _convolution(view: DpuView, window: Window, channels: int, image_hw: Pair) -> None:
    limits = view.limits
    _sizes(view, "kernel", window.kernel, limits.conv_kernel_max)
    if window.kernel != image_hw:
        _sizes(view, "stride", window.strides, limits.conv_stride_max)
    depth = math.prod(window.kernel) * math.ceil(channels / limits.channel_parallel)
    if depth > limits.bank_depth:
        view.refuse(
            f"kernel {_by(window.kernel)} over {channels} channels fills {depth} rows of the "
            f"memory for weights (kh * kw * ceil(channels / {limits.channel_parallel})); it has "
            f"{limits.bank_depth}",
            "use a smaller kernel or fewer channels",
        )
    _pads(view, window, [extent - 1 for extent in window.extent] * 2)
    _channels(view, channels)
    _dilations(view, window, channels)


def _depthwise(view: DpuView, window: Window, image_hw: Pair) -> None:
    _alu(view, window, image_hw)
    _weight_rows(view, window.kernel, 1)
    _dilations(view, window, int(view.inputs[0].shape[1]))
    _activation(view, "depthwise")


def _alu(view: DpuView, window: Window, image_hw: Pair) -> None:
    """The engine of depthwise convolutions and pools."""
    limits = view.limits
    _sizes(view, "kernel", window.kernel, limits.alu_kernel_max)
    if window.kernel != image_hw:
        _sizes(view, "stride", window.strides, limits.alu_stride_max)
    begin, end = limits.alu_pad_begin_max, limits.alu_pad_end_max
    _pads(view, window, [begin, begin, end, end])
    _channels(view, int(view.inputs[0].shape[1]))


def _depth_to_space(view: DpuView) -> None:
    """The second half of a transposed convolution."""
    conv, window = convolution_of(view.graph, view.node), transposed_window(view.graph, view.node)
    assert conv is not None
    image, weight = view.graph.inputs_of(conv)[:2]
    own = DpuView(view.graph, replace(conv, output=view.node.output), view.target, view.limits)
    depthwise = integer(conv, "group") > 1
    limit = view.limits.alu_kernel_max if depthwise else view.limits.conv_kernel_max
    taps = int(weight.shape[2]), int(weight.shape[3])
    _sizes(view, "kernel / stride", taps, limit)
    if depthwise:
        _weight_rows(view, window.kernel, 1)
    else:
        _weight_rows(view, window.kernel, int(image.shape[1]))
    _channels(own, int(image.shape[1]))
    _activation(own, "depthwise" if depthwise else "conv")


def _resize(view: DpuView) -> None:
    image_hw = _pair(view.inputs[0].shape[2:])
    require_factors(view, image_hw)
    _channels(view, int(view.inputs[0].shape[1]))
    factors = [
        out // size for out, size in zip(_pair(view.output.shape[2:]), image_hw, strict=True)
    ]
    _weight_rows(view, (factors[0], factors[1]), 1)


def _weight_rows(view: DpuView, kernel: Pair, channels: int) -> None:
    """kernel: of the convolution that the DPU computes.  channels: summed by each output."""
    rows = math.prod(kernel) * math.ceil(channels / view.limits.channel_parallel)
    if rows > view.limits.bank_depth:
        over = f" over {channels} channels" if channels > 1 else ""
        view.refuse(
            f"kernel {_by(kernel)}{over} fills {rows} rows of the memory for weights; it has "
            f"{view.limits.bank_depth}",
            "use a smaller kernel",
        )


def _dense(view: DpuView) -> None:
    """A convolution over the whole image, with its flattened form as input."""
    before = view.producer
    flat = view.inputs[0]
    image = view.graph.tensors[before.inputs[0]] if before and before.op == "reshape" else flat
    channels, *image_hw = image.shape[1:] if len(image.shape) == 4 else (flat.shape[1], 1, 1)
    window = Window(_pair(image_hw))
    _convolution(view, window, int(channels), window.kernel)
    _activation(view, "dense")


def _average_pool(view: DpuView) -> None:
    _alu(view, Window.from_node(view.node), _pair(view.inputs[0].shape[2:]))
    _activation(view, "average_pool")


def _max_pool(view: DpuView) -> None:
    _alu(view, Window.from_node(view.node), _pair(view.inputs[0].shape[2:]))


def _element_wise(view: DpuView) -> None:
    first, second = view.inputs
    if first.is_constant or second.is_constant:
        view.refuse(
            f"it reads the constant '{(first if first.is_constant else second).name}'; the DPU "
            "reads two feature maps",
            "fold the constant into the convolution before or after it",
        )
    elif first.shape[1:] != second.shape[1:]:
        view.refuse(
            f"it broadcasts {list(first.shape[1:])} and {list(second.shape[1:])}; the DPU takes "
            "equal shapes",
            "bring both to the same shape with convolutions, or remove the gate",
        )
    _channels(view, int(view.output.shape[1]))
    _activation(view, view.node.op)


def _concat(view: DpuView) -> None:
    _channels(view, int(view.inputs[0].shape[1]))


def _reshape(view: DpuView) -> None:
    mixes = any(_has_an_order(t.shape) for t in (view.inputs[0], view.output))
    if mixes and not feeds_dense_alone(view.graph, view.node):
        view.refuse(
            f"{list(view.inputs[0].shape[1:])} to {list(view.output.shape[1:])} moves values "
            "between channels and pixels, which lie in another order (NHWC)",
            "pool to one pixel before it, or let a dense layer read it",
            runs_on="CPU",
        )


def _clip(view: DpuView) -> None:
    bounds = real(view.node, "low"), real(view.node, "high")
    _allowed(view, _kind(bounds), _op_before(view))


def _hard_sigmoid(view: DpuView) -> None:
    # Quantization has already rounded 1 / 6 to it.
    steps = real(view.node, "alpha") * 2**14, real(view.node, "beta") * 2**14
    if steps != (2731, 3 * 2731):
        view.refuse(
            f"it is {real(view.node, 'alpha'):g} * x + {real(view.node, 'beta'):g}; the DPU's is "
            "relu6(x + 3) / 6",
            "train with nn.Hardsigmoid",
        )
    _channels(view, int(view.inputs[0].shape[1]))


def _leaky_relu(view: DpuView) -> None:
    alpha, steps = real(view.node, "alpha"), view.limits.leaky_relu_slope_256ths
    _allowed(view, "leaky_relu", _op_before(view))
    # Quantization has already rounded nearby slopes to it.
    if alpha * 256 != steps:
        view.refuse(
            f"its slope is {alpha:g}; the DPU's is {steps}/256",
            f"train with negative_slope={steps / 256}, or with 0.1, which becomes that, or ReLU",
        )


def _activation(view: DpuView, op: str) -> None:
    """The ReLU, ReLU6 or clip fused into the node."""
    if clamp_of(view.node) != OPEN:
        _allowed(view, _kind(clamp_of(view.node)), op)


def _allowed(view: DpuView, kind: str, op: str) -> None:
    known = view.target.facts.get(f"activations_of_{op}", ())
    words = known if isinstance(known, tuple) else (str(known),)
    if kind not in words:
        view.refuse(
            f"{kind} after {op}; there the DPU has {' and '.join(words) or 'no activation'}",
            "use one of these" if words else "put the activation after a convolution",
        )


def _op_before(view: DpuView) -> str:
    before = view.producer
    if before is not None and before.op == "depth_to_space":
        return "conv"
    return "input" if before is None or before.op == "quantize" else before.op


def _kind(bounds: Bounds) -> str:
    return _KINDS.get(bounds, f"a clip to {bounds[0]:g} ... {bounds[1]:g}")


def _sizes(view: DpuView, what: str, found: Pair, largest: int) -> None:
    if max(found) > largest:
        view.refuse(
            f"{what} {_by(found)}; allowed are 1 to {largest}",
            f"use a smaller {what}, such as two layers in a row",
        )


def _pads(view: DpuView, window: Window, largest: list[int]) -> None:
    if any(pad > most for pad, most in zip(window.pads, largest, strict=True)):
        view.refuse(
            f"pads {list(window.pads)} (top, left, bottom, right); allowed are up to {largest}",
            "pad less",
        )


def _dilations(view: DpuView, window: Window, channels: int) -> None:
    if max(window.dilations) * channels > view.limits.channels_max:
        view.refuse(
            f"dilation {_by(window.dilations)} over {channels} channels; their product may be "
            f"{view.limits.channels_max}",
            "use a smaller dilation or fewer channels",
        )


def _channels(view: DpuView, channels_in: int) -> None:
    both = (view.inputs[0].name, channels_in), (view.output.name, int(view.output.shape[1]))
    for name, channels in both:
        if channels > view.limits.channels_max:
            view.refuse(
                f"'{name}' has {channels} channels; allowed are up to {view.limits.channels_max}",
                "use fewer channels",
            )


def _has_an_order(shape: tuple[int | str, ...]) -> bool:
    """Whether channels-first and channels-last order differ."""
    return len(shape) == 4 and int(shape[1]) > 1 and _pair(shape[2:]) != (1, 1)


def _pair(sizes: "tuple[int | str, ...] | list[int | str]") -> Pair:
    return int(sizes[0]), int(sizes[1])


def _by(sizes: Pair) -> str:
    return f"{sizes[0]}x{sizes[1]}"


_RULES: Mapping[str, Callable[[DpuView], None]] = MappingProxyType(
    {
        "add": _element_wise,
        "average_pool": _average_pool,
        "clip": _clip,
        "concat": _concat,
        "conv": _conv,
        "dense": _dense,
        "depth_to_space": _depth_to_space,
        "hard_sigmoid": _hard_sigmoid,
        "leaky_relu": _leaky_relu,
        "max_pool": _max_pool,
        "mul": _element_wise,
        "reshape": _reshape,
        "resize": _resize,
    }
)

_NOTHING = "this zoo emits no such op for the DPU"
