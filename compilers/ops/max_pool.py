"""MaxPool and GlobalMaxPool: the largest value in each window."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import image
from compilers.op_parts.window import Pair, Window, sizes
from zoo.graph import Node, Shape, Tensor, quantization_of
from zoo.op import OnnxCall, Op, Parsed

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]


class MaxPool(Op):
    """Maximum over windows of x [N, C, H, W]; pads never win.

    attributes: kernel, strides, pads, dilations as in compilers.op_parts.window. A global pool has
    a kernel of H x W; ceil_mode has become pads.
    """

    name = "max_pool"
    onnx_types = ("MaxPool", "GlobalMaxPool")
    shares_quantization = True
    rounds = False

    def parse(self, call: OnnxCall) -> Parsed:
        """Read MaxPool, auto_pad and ceil_mode resolved, or GlobalMaxPool."""
        x = image(call)
        image_hw = int(x.shape[2]), int(x.shape[3])
        if call.op_type == "GlobalMaxPool":
            window = Window(image_hw)
        else:
            window = Window.from_call(call, sizes(call, "kernel_shape"), image_hw)
        if call.attributes.get("ceil_mode"):
            window = _complete_last(window, image_hw)
        return Parsed((x,), {"kernel": window.kernel, **window.attributes})

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write MaxPool."""
        window = Window.from_node(node)
        attributes = {"kernel_shape": window.kernel, **window.attributes}
        return OnnxCall("MaxPool", attributes, tuple(inputs))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return [N, C, Ho, Wo]."""
        x = inputs[0].shape
        return *x[:2], *Window.from_node(node).output_hw(x[2:], f"node '{node.name}' (max_pool)")

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Take the largest value of each window."""
        return _largest(node, inputs[0], -np.inf)

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Take the largest value of each window; the gradient goes to the first of equal ones."""
        from torch.nn import functional as F

        window = Window.from_node(node)
        padded = window.pad_torch(inputs[0], -math.inf)
        return F.max_pool2d(padded, window.kernel, window.strides, dilation=window.dilations)

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],
        output: Tensor,  # noqa: ARG002
    ) -> NDArray[Any]:
        """Take the largest integer of each window, which represents the largest real."""
        return _largest(node, inputs[0], quantization_of(tensors[0]).qmin)


def _largest(node: Node, x: NDArray[Any], lowest: float) -> NDArray[Any]:
    window = Window.from_node(node)
    largest: NDArray[Any] = window.patches(window.pad(x, lowest)).max(axis=(4, 5))
    return largest


def _complete_last(window: Window, image_hw: Pair) -> Window:
    """Widen the pads at bottom and right to include the last, incomplete window.

    A window that would start in the pads is excluded (ONNX MaxPool-22, PyTorch MaxPool2d).
    """
    ends = [0, 0]
    for axis, size in enumerate(image_hw):
        stride, extent = window.strides[axis], window.extent[axis]
        start, end = window.pads[axis], window.pads[axis + 2]
        steps = -(-(size + start + end - extent) // stride)
        steps -= steps * stride >= size + start
        ends[axis] = max(end, steps * stride + extent - size - start)
    return replace(window, pads=(*window.pads[:2], ends[0], ends[1]))


OP = MaxPool()
