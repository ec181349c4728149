"""pad -> PADV2."""

import numpy as np

from compilers.op_parts.node_attributes import integers, real
from compilers.tflite.scope import CHANNELS_LAST, Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """The border's value stands in the input's steps."""
    borders = np.stack([integers(node, "before"), integers(node, "after")], axis=1)
    if len(borders) == 4:
        borders = borders[list(CHANNELS_LAST)]
    x = scope.read(node.inputs[0])
    like, source = scope.tensor(x), scope.graph.tensors[node.inputs[0]].quantization
    value = real(node, "value")
    if like.grid is not None and source is not None:
        value = node.integer["value"][0] + like.grid.qmin - source.qmin
    inputs = [
        x,
        scope.parameter(node, "borders", borders),
        scope.constant(f"{node.output}.value", np.array([value]), like.dtype, like.grid),
    ]
    scope.add("PADV2", inputs, scope.output(node.output), "PadV2Options")
