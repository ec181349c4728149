"""AveragePool, GlobalAveragePool, and ReduceMean over height and width."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import image, integer, integers, integers_parameter
from compilers.op_parts.arithmetic import (
    centred,
    clamp_reals,
    clamp_torch,
    factors,
    integer_range,
    store,
)
from compilers.op_parts.two_stage import fix_two_stage
from compilers.op_parts.window import Window, sizes
from zoo.errors import UnsupportedOpError
from zoo.fixed_point import TWO_STAGE, fix_factors
from zoo.graph import Node, Shape, Tensor, quantization_of
from zoo.op import OnnxCall, Op, Parsed

if TYPE_CHECKING:
    import torch

__all__ = ["OP", "divides_unevenly", "pixel_counts"]

_Means = TypeVar("_Means", NDArray[Any], "torch.Tensor")


class AveragePool(Op):
    """Mean over windows of [N, C, H, W].

    attributes: kernel, strides, pads as in compilers.op_parts.window (a global pool has a kernel
    of the whole image); count_include_pad: whether pads count as zeros; keep_axes: 0 if the output
    is [N, C] instead of [N, C, 1, 1]; reciprocal: (M, S) if M / 2**S replaces 1 / count, which the
    hub spells out (compilers.passes.spell_out_means).
    integer: acc = sum(q - z), multiplier and shift of s_in / (s_out * count), one for each of the
    Ho * Wo positions if their counts differ, otherwise a single one; range. A single one may also
    be as in compilers.op_parts.two_stage.
    """

    name = "average_pool"
    onnx_types = ("AveragePool", "GlobalAveragePool", "ReduceMean")
    fuses_clamp = True

    def parse(self, call: OnnxCall) -> Parsed:
        """Read any of the three; refuses dilations, ceil_mode and means over other axes."""
        x = image(call)
        if call.op_type == "AveragePool":
            window, keep_axes = _window(call, x), 1
        else:
            window, keep_axes = Window((int(x.shape[2]), int(x.shape[3]))), _keep_axes(call, x)
        counts_pads = int(call.attributes.get("count_include_pad", 0)) if any(window.pads) else 0
        return Parsed(
            (x,),
            {
                "kernel": window.kernel,
                "strides": window.strides,
                "pads": window.pads,
                "count_include_pad": counts_pads,
                "keep_axes": keep_axes,
            },
        )

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write the most specific of the three."""
        window = Window.from_node(node)
        if not integer(node, "keep_axes"):
            axes = np.array([2, 3], np.int64)
            parameter = Tensor(f"{node.output}.axes", (2,), "int64", data=axes)
            return OnnxCall("ReduceMean", {"keepdims": 0}, (*inputs, parameter))
        if window == Window(window.kernel) and window.kernel == inputs[0].shape[2:]:
            return OnnxCall("GlobalAveragePool", {}, tuple(inputs))
        attributes = {
            "kernel_shape": window.kernel,
            "strides": window.strides,
            "pads": window.pads,
            "count_include_pad": integer(node, "count_include_pad"),
        }
        return OnnxCall("AveragePool", attributes, tuple(inputs))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return [N, C, Ho, Wo], or [N, C]."""
        batch, channels, *image_hw = inputs[0].shape
        output_hw = Window.from_node(node).output_hw(image_hw, f"node '{node.name}' (average_pool)")
        return (batch, channels, *output_hw) if integer(node, "keep_axes") else (batch, channels)

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Average in float32."""
        sums = _sums(node, inputs[0])
        if "reciprocal" in node.attributes:
            sums *= np.float32(_reciprocal(node))
        else:
            sums /= pixel_counts(node, inputs[0].shape[2:]).astype(np.float32)
        return clamp_reals(node, _shaped(node, sums))

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Average."""
        import torch
        from torch.nn import functional as F

        x, window = inputs[0], Window.from_node(node)
        sums = F.avg_pool2d(window.pad_torch(x), window.kernel, window.strides, divisor_override=1)
        if "reciprocal" in node.attributes:
            means = sums * _reciprocal(node)
        else:
            means = sums / torch.from_numpy(pixel_counts(node, x.shape[2:])).to(x)
        return clamp_torch(node, _shaped(node, means))

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],
        output: Tensor,
    ) -> NDArray[Any]:
        """Sum exactly, then divide and rescale in one step."""
        sums = _sums(node, centred(inputs[0], tensors[0]))
        along = sums.shape[2:] if len(factors(node)) > 1 else (1, 1)
        return _shaped(node, store(node, sums, output, along))

    def fix_integers(
        self, node: Node, inputs: Sequence[Tensor], output: Tensor
    ) -> Mapping[str, tuple[int, ...]]:
        """Return multiplier, shift and range, or a K210's constants."""
        factors = _factors(node, inputs[0], output).reshape(-1).tolist()
        if len(set(factors)) == 1:
            del factors[1:]
        stored = quantization_of(output)
        limits = integer_range(node, stored)
        if stored.rounding == TWO_STAGE and len(factors) == 1:
            return fix_two_stage(factors, limits, stored)
        multiplier, shift = fix_factors(factors)
        return {"multiplier": multiplier, "shift": shift, "range": limits}

    def gain(
        self,
        node: Node,
        inputs: Sequence[Tensor],  # noqa: ARG002
        output: Tensor,  # noqa: ARG002
    ) -> tuple[float, ...]:
        """Return the gain: the pixels of a window times the largest factor."""
        return (math.prod(integers(node, "kernel")) * float(factors(node).max()),)

    def factor_error(
        self, node: Node, inputs: Sequence[Tensor], output: Tensor
    ) -> NDArray[np.float64]:
        """Return one for each of the Ho * Wo positions if counts differ, otherwise one."""
        wanted = _factors(node, inputs[0], output)
        fixed = factors(replace(node, integer=self.fix_integers(node, inputs, output)))
        return (fixed.reshape(wanted.shape) if fixed.size > 1 else fixed) / wanted


def divides_unevenly(node: Node) -> bool:
    """Whether means near the border cover fewer pixels than others."""
    return any(integers(node, "pads")) and not integer(node, "count_include_pad")


def pixel_counts(node: Node, image_hw: Sequence[int | str]) -> NDArray[np.int64]:
    """Return the number of pixels in each mean, [Ho, Wo], or [1, 1] if all are equal."""
    window = Window.from_node(node)
    if integer(node, "count_include_pad"):
        return np.full((1, 1), window.kernel[0] * window.kernel[1])
    down, across = (_overlaps(window, axis, int(image_hw[axis])) for axis in (0, 1))
    return np.outer(down, across)


def _sums(node: Node, x: NDArray[Any]) -> NDArray[Any]:
    """Return the sum of each window [N, C, Ho, Wo]; pads hold the real 0."""
    window = Window.from_node(node)
    sums: NDArray[Any] = window.patches(window.pad(x)).sum(axis=(4, 5))
    return sums


def _factors(node: Node, x: Tensor, output: Tensor) -> NDArray[np.float64]:
    """Return s_in / (s_out * count), in the shape of the counts."""
    ratio = quantization_of(x).scale[0] / quantization_of(output).scale[0]
    if "reciprocal" in node.attributes:
        return np.full((1, 1), ratio * _reciprocal(node))
    factors: NDArray[np.float64] = ratio / pixel_counts(node, x.shape[2:])
    return factors


def _reciprocal(node: Node) -> float:
    """Return M / 2**S, which is exact in float32."""
    multiplier, shift = integers(node, "reciprocal")
    return math.ldexp(multiplier, -shift)


def _overlaps(window: Window, axis: int, size: int) -> NDArray[np.int64]:
    """Return how many pixels of the image each window covers along an axis (0: height)."""
    begin, end = window.pads[axis], window.pads[axis + 2]
    starts = np.arange(0, size + begin + end - window.kernel[axis] + 1, window.strides[axis])
    starts -= begin
    return np.minimum(starts + window.kernel[axis], size) - np.maximum(starts, 0)


def _shaped(node: Node, means: _Means) -> _Means:
    return means if integer(node, "keep_axes") else means[:, :, 0, 0]


def _window(call: OnnxCall, x: Tensor) -> Window:
    window = Window.from_call(call, sizes(call, "kernel_shape"), x.shape[2:])
    top, left, bottom, right = window.pads
    too_wide = max(top, bottom) >= window.kernel[0] or max(left, right) >= window.kernel[1]
    cuts = bool(call.attributes.get("ceil_mode", 0)) and window.leaves_rest(x.shape[2:])
    if window.dilations != (1, 1) or cuts or too_wide:
        raise UnsupportedOpError(
            f"{call.where}: AveragePool of '{x.name}' {x.shape} has dilations {window.dilations}, "
            f"pads {window.pads} and ceil_mode {int(cuts)}; only dilation 1, pads smaller than the "
            "kernel, and ceil_mode 1 where all windows are whole, are supported: pad the image"
        )
    return window


def _keep_axes(call: OnnxCall, x: Tensor) -> int:
    """Return keepdims of ReduceMean; refuses other axes than height and width."""
    if call.op_type == "GlobalAveragePool":
        return 1
    axes = call.attributes.get("axes") or integers_parameter(call, 1, "axes") or (0, 1, 2, 3)
    if sorted(axis % 4 for axis in axes) != [2, 3]:
        raise UnsupportedOpError(
            f"{call.where}: ReduceMean of '{x.name}' over the axes {tuple(axes)}; only height and "
            "width (2, 3) of [N, C, H, W] are supported"
        )
    return int(call.attributes.get("keepdims", 1))


OP = AveragePool()
