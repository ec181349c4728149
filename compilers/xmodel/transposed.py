"""DepthToSpace behind a convolution, which is the DPU's transposed convolution.

ConvTranspose is imported as a convolution whose channels a DepthToSpace by r makes pixels. With x
spread by zeros, one kernel interleaves the r phases w_i, of k taps and `before` pads each:

    y[r * q + i] = sum over u of x[q + u - before] * w_i[u]
                 = sum over t of spread[r * q + i + t - p] * W[t]
    W[r * u + r - 1 - i] = w_i[u],    p = r * before + r - 1

XIR's pad is kernel - 1 - p ("the padding here denotes kernel_size - 1 - actual_padding").
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import integer, integers, text
from compilers.op_parts.window import Window
from compilers.xmodel.rectifier import add_rectified
from compilers.xmodel.scope import Scope
from compilers.xmodel.windows import window_attributes
from zoo.graph import Graph, Node
from zoo.lowering import NodeView

__all__ = ["convolution_of", "lower_depth_to_space", "spread_of", "transposed_window"]


def spread_of(graph: Graph, conv: Node) -> Node | None:
    """Return the DepthToSpace of a convolution that is half of a transposed one."""
    readers = graph.consumers(conv.output)
    if len(readers) != 1 or readers[0].op != "depth_to_space":
        return None
    return readers[0] if convolution_of(graph, readers[0]) else None


def convolution_of(graph: Graph, spread: Node) -> Node | None:
    """Return the convolution that a DepthToSpace makes a transposed one, None if it cannot.

    All phases must have the same bias.
    """
    conv = graph.producer(spread.inputs[0])
    if conv is None or conv.op != "conv" or conv.output in graph.outputs:
        return None
    x, weight, *bias = graph.inputs_of(conv)
    group, block, mode = integer(conv, "group"), integer(spread, "block"), text(spread, "mode")
    channels = x.shape[-1] if x.layout == "NHWC" else x.shape[1]
    grids = {graph.tensors[node.output].quantization for node in (conv, spread)}
    steps = {*integers(conv, "strides"), *integers(conv, "dilations")}
    depthwise = (group, mode, weight.shape[0]) == (channels, "CRD", group * block**2)
    fits = (group == 1 or depthwise) and steps == {1} and len(grids) == 1
    return conv if fits and all(_is_one(b.data, block, mode) for b in bias) else None


def transposed_window(graph: Graph, spread: Node) -> Window:
    """Return kernel, strides and XIR's pads of the transposed convolution."""
    conv, block = convolution_of(graph, spread), integer(spread, "block")
    assert conv is not None
    height, width = (int(size) for size in graph.tensors[conv.inputs[1]].shape[2:])
    top, left, bottom, right = (
        block * (taps - 1 - pad)
        for taps, pad in zip((height, width) * 2, integers(conv, "pads"), strict=True)
    )
    kernel, strides = (height * block, width * block), (block, block)
    return Window(kernel, strides, (top, left, bottom, right))


def lower_depth_to_space(scope: Scope, view: NodeView) -> None:
    """Add 'transposed-conv2d', or 'transposed-depthwise-conv2d'."""
    conv, window = convolution_of(scope.graph, view.node), transposed_window(view.graph, view.node)
    assert conv is not None
    block, mode = integer(view.node, "block"), text(view.node, "mode")
    x, weight, *bias = scope.graph.inputs_of(conv)
    depthwise = integer(conv, "group") > 1
    kernel = _interleaved(_by_phase(weight.data, block, mode))
    laid = kernel.transpose((1, 2, 3, 0) if depthwise else (0, 2, 3, 1))
    arguments = {
        "input": (scope.read(x.name),),
        "weights": (scope.constant(weight, laid),),
    }
    if bias:
        one = _by_phase(bias[0].data, block, mode)[0, 0]
        arguments["bias"] = (scope.constant(bias[0], one),)
    attributes = {**window_attributes(window), "dilation": (1, 1)}
    kind = "transposed-depthwise-conv2d" if depthwise else "transposed-conv2d"
    whole = NodeView(scope.graph, replace(conv, output=view.node.output))
    add_rectified(scope, whole, kind, arguments, attributes)


def _by_phase(data: NDArray[Any] | None, block: int, mode: str) -> NDArray[Any]:
    """Return [block, block, K, ...] of a weight or a bias [block * block * K, ...]."""
    assert data is not None
    if mode == "DCR":
        return data.reshape(block, block, -1, *data.shape[1:])
    return np.moveaxis(data.reshape(-1, block, block, *data.shape[1:]), 0, 2)


def _interleaved(phases: NDArray[Any]) -> NDArray[Any]:
    """Return W [K, C, kh * block, kw * block] of w [block, block, K, C, kh, kw]."""
    block, _, out, channels, height, width = phases.shape
    turned = phases[::-1, ::-1].transpose(2, 3, 4, 0, 5, 1)
    return turned.reshape(out, channels, height * block, width * block)


def _is_one(bias: NDArray[Any] | None, block: int, mode: str) -> bool:
    """Whether all phases have the same bias."""
    phases = _by_phase(bias, block, mode)
    return bool((phases == phases[0, 0]).all())
