"""The ONNX file that every engine is built from, for one precision of one board.

An integer Graph is written in the form that TensorRT turns into int8 layers. TensorRT's developer
guide, "Explicit Quantization": zero points are 0, weights have per-channel scales and feed their
DequantizeLinear directly, a Relu is between an op and the QuantizeLinear of its output, and both
inputs of an addition are quantized. The hub's QDQ form differs in three things, which do not change
results:

bias         float32 s_in * s_w * q, since TensorRT does not dequantize int32
constants    non-weights with per-channel scales: float32 too
clamps       (0, 6) if 6 saturates anyway: (0, inf), a Relu, which TensorRT fuses
"""

import math
from dataclasses import replace

from compilers.hub import HUB
from compilers.onnx.half_precision import to_float16
from compilers.op_parts.arithmetic import clamp_of, dequantize
from compilers.op_table import find_op
from compilers.passes.verify import run_passes
from compilers.tensorrt.gpu import Gpu
from compilers.tensorrt.opset13 import to_opset13
from zoo.errors import RefusedError
from zoo.fixed_batch import fix_batch
from zoo.graph import Graph, Node, Quantization, Tensor

__all__ = ["network_file", "one_axis", "require_symmetric", "symmetric_form"]


def network_file(graph: Graph, precision: str, gpu: Gpu) -> bytes:
    """Return the file, byte-identical for the same graph. precision: 'fp32', 'fp16' or 'int8'.

    If builder flags set the precision, 'fp16' keeps the file in float32, because TensorRT 8.2's
    parser reads the bounds of a Clip as float32 whatever their type.
    """
    fixed = run_passes(graph, INTEGER_PASSES if precision == "int8" else PASSES)
    content = HUB.write(fixed)
    if precision == "fp16" and gpu.typing == "strong":
        content = to_float16(content)
    return to_opset13(content, fixed)


def one_axis(graph: Graph) -> Graph:
    """Return the graph with shape (1,) for constants of shape (), which broadcasts the same way.

    TensorRT's parser breaks on x + 1.5, 1 - x, x / 3 otherwise.
    """
    return graph.replace(graph.nodes, (_with_axis(tensor) for tensor in graph.tensors.values()))


def _with_axis(tensor: Tensor) -> Tensor:
    if tensor.data is None or tensor.shape:
        return tensor
    return replace(tensor, shape=(1,), data=tensor.data.reshape(1))


def require_symmetric(graph: Graph, where: str) -> None:
    """Raise RefusedError naming the first tensor with integers that TensorRT lacks."""
    for tensor in graph.tensors.values():
        grid = tensor.quantization
        found = _asymmetry(tensor, grid) if grid else ""
        if found:
            raise RefusedError(
                f"{where}: tensor '{tensor.name}' {found}; TensorRT has 8-bit signed integers with "
                "zero point 0 that round half to even: quantize with w8a8-sym"
            )


def symmetric_form(graph: Graph) -> Graph:
    """Return the graph without the nodes' integer constants, which TensorRT computes itself."""
    weights = _weights(graph)
    tensors = [
        _real(tensor)
        for tensor in graph.tensors.values()
        if tensor.is_constant and tensor.name not in weights and _needs_reals(tensor)
    ]
    nodes = [replace(_relaxed(graph, node), integer={}) for node in graph.nodes]
    return graph.replace(nodes, tensors)


def _asymmetry(tensor: Tensor, grid: Quantization) -> str:
    """Return what TensorRT lacks, '' for nothing; it only rounds activations."""
    if any(grid.zero_point):
        return f"has the zero point {next(filter(None, grid.zero_point))}"
    if tensor.is_constant and tensor.dtype == "int32":
        return ""
    if grid.bits != 8 or not grid.signed:
        return f"is {grid.dtype}"
    if not tensor.is_constant and grid.rounding != "half_even":
        return f"is rounded {grid.rounding}"
    return ""


def _weights(graph: Graph) -> frozenset[str]:
    indices = ((node, find_op(node.op).weight_input) for node in graph.nodes)
    return frozenset(node.inputs[index] for node, index in indices if index is not None)


def _needs_reals(tensor: Tensor) -> bool:
    grid = tensor.quantization
    return grid is not None and (tensor.dtype == "int32" or len(grid.scale) > 1)


def _real(tensor: Tensor) -> Tensor:
    if tensor.data is None or tensor.quantization is None:
        return tensor
    reals = dequantize(tensor.data, tensor.quantization)
    return replace(tensor, dtype="float32", quantization=None, data=reals)


def _relaxed(graph: Graph, node: Node) -> Node:
    """Return the node without an upper bound that the output's integers cannot exceed."""
    grid = graph.tensors[node.output].quantization
    if grid is None or "clamp" not in node.attributes:
        return node
    low, high = clamp_of(node)
    largest = grid.scale[0] * grid.qmax
    return node.with_attributes(clamp=(low, math.inf if high >= largest else high))


PASSES = (fix_batch, one_axis)
INTEGER_PASSES = (*PASSES, symmetric_form)
