"""Convolutions and dense layers."""

import numpy as np

from compilers.op_parts.arguments import integer
from compilers.op_parts.window import Window
from compilers.xmodel.rectifier import add_rectified
from compilers.xmodel.scope import Scope
from compilers.xmodel.transposed import spread_of
from compilers.xmodel.windows import window_attributes
from zoo.graph import Tensor
from zoo.lowering import NodeView

__all__ = ["lower_conv", "lower_dense"]


def lower_conv(scope: Scope, view: NodeView) -> None:
    """Add 'conv2d' or 'depthwise-conv2d'.

    Weights become OHWI, or [1, kh, kw, C] for a depthwise convolution. A half of a transposed
    convolution is added with the DepthToSpace behind it.
    """
    if spread_of(scope.graph, view.node):
        return
    x, weight, *bias = view.inputs
    channels, group = int(x.shape[-1]), integer(view.node, "group")
    depthwise = group > 1  # Other groups have become normal convolutions.
    arguments = {
        "input": (scope.read(x.name),),
        "weights": (scope.constant(weight, _weights(weight, depthwise)),),
        **({"bias": (scope.read(bias[0].name),)} if bias else {}),
    }
    window = Window.from_node(view.node, (int(weight.shape[2]), int(weight.shape[3])))
    attributes = {
        **window_attributes(window),
        "dilation": window.dilations[::-1],
        "in_dim": channels,
        "out_dim": int(weight.shape[0]),
        "group": group,
        "bias_term": bool(bias),
    }
    add_rectified(scope, view, "depthwise-conv2d" if depthwise else "conv2d", arguments, attributes)


def lower_dense(scope: Scope, view: NodeView) -> None:
    """Add 'matmul' with weights [K, C].

    The DPU computes it as a convolution over the whole image.
    """
    x, weight, *bias = (scope.read(name) for name in view.node.inputs)
    arguments = {"input": (x, weight), **({"bias": bias} if bias else {})}
    attributes: dict[str, object] = {"transpose_a": False, "transpose_b": True}
    add_rectified(scope, view, "matmul", arguments, attributes)


def _weights(weight: Tensor, depthwise: bool) -> np.ndarray:
    """Return K C kh kw as K kh kw C, or C 1 kh kw as 1 kh kw C."""
    assert weight.data is not None
    return weight.data.transpose((1, 2, 3, 0) if depthwise else (0, 2, 3, 1))
