"""Graphs from nodes: shapes and storage types follow by themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from compilers.op_table import find_op
from zoo.graph import Graph, Node, Quantization, Shape, Tensor

__all__ = ["build_graph"]

NOTHING: Mapping[str, Quantization] = {}


def build_graph(
    inputs: Mapping[str, Shape],
    nodes: Sequence[Node],
    outputs: Sequence[str],
    constants: Mapping[str, np.ndarray] = NOTHING,
    quantizations: Mapping[str, Quantization] = NOTHING,
) -> Graph:
    """Return the Graph; constants that nothing reads are left out.

    quantizations: of activations and constants by name.
    """
    tensors = {name: Tensor(name, shape, layout=_layout(shape)) for name, shape in inputs.items()}
    for name, values in constants.items():
        tensors[name] = Tensor(name, values.shape, values.dtype.name, data=values)
    for node in nodes:
        shape = find_op(node.op).infer_shape(node, [tensors[name] for name in node.inputs])
        tensors[node.output] = Tensor(node.output, shape, layout=_layout(shape))
    for name, quantization in quantizations.items():
        dtype = quantization.dtype
        tensors[name] = replace(tensors[name], dtype=dtype, quantization=quantization)
    return Graph("built", tuple(inputs), tuple(outputs), tensors, tuple(nodes)).replace(nodes)


def _layout(shape: Shape) -> str:
    return "NCHW" if len(shape) == 4 else ""
