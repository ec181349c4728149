"""prelu -> PRELU."""

import numpy as np

from compilers.op_parts.affine import dequantize
from compilers.tflite.functions import Function, add_function
from compilers.tflite.scope import Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """Computed in reals, as slopes are. These become [1, 1, C] for images, else [C, 1, ..]."""
    x, slope = scope.graph.inputs_of(node)
    assert slope.data is not None
    reals = dequantize(slope.data, slope.quantization) if slope.quantization else slope.data
    channels, rank = int(x.shape[1]), len(x.shape)
    shape = (1, 1, channels) if rank == 4 else (channels, *(1,) * (rank - 2))
    slopes = np.broadcast_to(reals.reshape(-1), (channels,)).reshape(shape)
    further = (scope.constant(slope.name, slopes, "float32"),)
    add_function(scope, node, Function("PRELU", further=further), in_integers=False)
