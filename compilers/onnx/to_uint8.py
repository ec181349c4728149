"""Retype 8-bit activations to uint8 and weights to int8, which changes no real.

s * ((q + 128) - (z + 128)) = s * (q - z). ONNX Runtime makes integer convolutions only of uint8
activations and int8 weights.
"""

from dataclasses import replace

import numpy as np

from compilers.op_table import find_op
from zoo.graph import Graph, Quantization, Tensor

__all__ = ["to_uint8"]

_OFFSET = 128


def to_uint8(graph: Graph) -> Graph:
    """Return the integer graph without its nodes' integer constants, which belong to the types."""
    weights = {
        name
        for node in graph.nodes
        for name in _weights(graph, find_op(node.op).weight_input, node.inputs)
    }
    tensors = {
        name: _widened(tensor) if name in weights else _unsigned(tensor)
        for name, tensor in graph.tensors.items()
    }
    nodes = tuple(replace(node, integer={}) for node in graph.nodes)
    return replace(graph, tensors=tensors, nodes=nodes)


def _weights(graph: Graph, index: int | None, inputs: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of constant weight and bias."""
    if index is None:
        return ()
    return tuple(name for name in inputs[index:] if graph.tensors[name].is_constant)


def _widened(tensor: Tensor) -> Tensor:
    """Return a weight of fewer than 8 bits as int8; the data is held in int8 already."""
    if tensor.quantization is None or tensor.quantization.bits >= 8:
        return tensor
    return replace(tensor, dtype="int8", quantization=replace(tensor.quantization, bits=8))


def _unsigned(tensor: Tensor) -> Tensor:
    signed = tensor.quantization
    if signed is None or not (signed.signed and signed.bits == 8):
        return tensor
    zero_point = tuple(zero + _OFFSET for zero in signed.zero_point)
    data = tensor.data
    if data is not None:
        data = np.asarray(data.astype(np.int16) + _OFFSET, np.uint8)
    unsigned: Quantization = replace(signed, signed=False, zero_point=zero_point)
    return replace(tensor, dtype="uint8", quantization=unsigned, data=data)
