"""2-D convolution: normal, depthwise and grouped."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import image, integer, weight_and_bias
from compilers.op_parts.arithmetic import clamp_torch
from compilers.op_parts.kinds import WeightedOp
from compilers.op_parts.window import Window
from zoo.errors import HubError
from zoo.graph import Node, Shape, Tensor
from zoo.op import OnnxCall, Parsed

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]

_PATCH_BYTES = 1 << 27


class Conv(WeightedOp):
    """y[n, k] = bias[k] + sum over c, i, j of x[n, c, ...] * w[k, c, i, j].

    x: [N, C, H, W].  w: [K, C / group, kh, kw].  bias: [K], optional.
    attributes: strides, pads, dilations as in compilers.op_parts.window, and group.
    integer: as in compilers.op_parts.arithmetic.
    """

    name = "conv"
    onnx_types = ("Conv",)

    def parse(self, call: OnnxCall) -> Parsed:
        """Read Conv, auto_pad resolved; refuses computed weights and anything but 2-D images."""
        x, weights = image(call), weight_and_bias(call, 4)
        kernel = int(weights[0].shape[2]), int(weights[0].shape[3])
        window = Window.from_call(call, kernel, x.shape[2:])
        group = int(call.attributes.get("group", 1))
        return Parsed((x, *weights), {**window.attributes, "group": group})

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write Conv."""
        window = _window(node, inputs[1].shape)
        attributes = {
            **window.attributes,
            "kernel_shape": window.kernel,
            "group": integer(node, "group"),
        }
        return OnnxCall("Conv", attributes, tuple(inputs))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return [N, K, Ho, Wo]."""
        x, weight = inputs[0].shape, inputs[1].shape
        group, (channels_out, channels_in) = integer(node, "group"), weight[:2]
        fits = group >= 1 and x[1] == int(channels_in) * group and int(channels_out) % group == 0
        if not fits or any(bias.shape != (channels_out,) for bias in inputs[2:]):
            raise HubError(
                f"node '{node.name}' (conv): input {x}, weight {weight}, group {group} and bias "
                f"{[bias.shape for bias in inputs[2:]]} do not fit together"
            )
        output_hw = _window(node, weight).output_hw(x[2:], f"node '{node.name}' (conv)")
        return (x[0], channels_out, *output_hw)

    def sums(self, node: Node, x: NDArray[Any], weight: NDArray[Any]) -> NDArray[Any]:
        """Convolve a few images at a time."""
        window = _window(node, weight.shape)
        depthwise = weight.shape[1] == 1 and weight.shape[0] == x.shape[1]
        convolve = _depthwise if depthwise else _grouped
        patch_bytes = x[0].size * x.itemsize * window.kernel[0] * window.kernel[1]
        step = max(1, _PATCH_BYTES // max(patch_bytes, 1))
        parts = [
            convolve(window.pad(x[start : start + step]), weight, window, integer(node, "group"))
            for start in range(0, len(x), step)
        ]
        return np.concatenate(parts)

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Convolve."""
        from torch.nn import functional as F

        x, weight = inputs[:2]
        bias = inputs[2] if len(inputs) > 2 else None
        window = _window(node, weight.shape)
        top, left, bottom, right = window.pads
        padding = (top, left)
        if padding != (bottom, right):
            x, padding = window.pad_torch(x), (0, 0)
        settings = window.strides, padding, window.dilations, integer(node, "group")
        sums = F.conv2d(x, weight, bias, *settings)
        return clamp_torch(node, sums)

    def macs(self, node: Node, inputs: Sequence[Tensor], output: Tensor) -> int:  # noqa: ARG002
        """Return one multiply-accumulate for each tap of each output, pads included."""
        return math.prod(int(size) for size in (*output.shape[1:], *inputs[1].shape[1:]))


def _depthwise(
    padded: NDArray[Any], weight: NDArray[Any], window: Window, _group: int
) -> NDArray[Any]:
    """Return the sum of shifted images, each times one tap of its channel."""
    taps = list(window.taps(padded))
    sums: NDArray[Any] = weight[:, :1, 0, 0, None] * taps[0][1]
    for (i, j), seen in taps[1:]:
        sums += weight[:, :1, i, j, None] * seen
    return sums


def _grouped(
    padded: NDArray[Any], weight: NDArray[Any], window: Window, group: int
) -> NDArray[Any]:
    """Return one matrix product per image and group: [K/g, C/g*kh*kw] @ [C/g*kh*kw, Ho*Wo]."""
    patches = window.patches(padded).transpose(0, 1, 4, 5, 2, 3)  # N C kh kw Ho Wo
    count, (height, width) = len(padded), patches.shape[4:]
    columns = patches.reshape(count, group, -1, height * width)
    rows = weight.reshape(group, len(weight) // group, -1)
    sums: NDArray[Any] = np.matmul(rows, columns)
    return sums.reshape(count, len(weight), height, width)


def _window(node: Node, weight_shape: Sequence[int | str]) -> Window:
    return Window.from_node(node, (int(weight_shape[2]), int(weight_shape[3])))


OP = Conv()
