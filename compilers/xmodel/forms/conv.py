"""conv -> conv2d or depthwise-conv2d."""

import numpy as np

from compilers.op_parts.node_attributes import integer
from compilers.op_parts.window import Window
from compilers.xmodel.rectifier import add_rectified
from compilers.xmodel.scope import Scope
from compilers.xmodel.windows import window_attributes
from zoo.errors import UnsupportedOpError
from zoo.graph import Node, Tensor

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """Weights become OHWI; those of a depthwise convolution [1, kh, kw, C]."""
    x, weight, *bias = scope.graph.inputs_of(node)
    channels, group = int(x.shape[1]), integer(node, "group")
    depthwise = group > 1
    if depthwise and not group == channels == weight.shape[0]:
        raise UnsupportedOpError(
            f"node '{node.name}' (conv): {channels} channels in {group} groups give "
            f"{weight.shape[0]}; an .xmodel has normal convolutions and depthwise ones with one "
            "output per channel: split the groups into convolutions and a concat"
        )
    arguments = {
        "input": (scope.read(x.name),),
        "weights": (scope.constant(weight, _weights(weight, depthwise)),),
        **({"bias": (scope.read(bias[0].name),)} if bias else {}),
    }
    kernel = int(weight.shape[2]), int(weight.shape[3])
    window = Window.from_node(node, kernel)
    attributes = {
        **window_attributes(window),
        "dilation": window.dilations[::-1],
        "in_dim": channels,
        "out_dim": int(weight.shape[0]),
        "group": group,
        "bias_term": bool(bias),
    }
    add_rectified(scope, node, "depthwise-conv2d" if depthwise else "conv2d", arguments, attributes)


def _weights(weight: Tensor, depthwise: bool) -> np.ndarray:
    """Return K C kh kw as K kh kw C, or C 1 kh kw as 1 kh kw C."""
    assert weight.data is not None
    return weight.data.transpose((1, 2, 3, 0) if depthwise else (0, 2, 3, 1))
