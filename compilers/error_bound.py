"""Proven error bounds of a runtime that rescales in float32, relative to the integer reference.

The reference stores y = clip(round(v) + z), v = acc * M * 2**-s, with M nearest to f * 2**s and of
24 significant bits, so v = acc * f * (1 + r) with |r| <= 2**-24. A runtime computes v + d instead
of v. If |d| < 1, at most one tie lies between the two; rounding is monotone, so the stored integers
differ by at most 1, and only if v is within |d| of a tie. In general they differ by at most
floor(|d|) + 1.

A float32 runtime rounds x, w, product, bias, factor and quotient, and adds n numbers in any order.
With u = 2**-24 (Higham 2002, "Accuracy and Stability of Numerical Algorithms", section 4.2):

    |d| <= (n + _ROUNDINGS) * u * (sum of |x * w| + |bias|)    in steps of the output

A runtime that adds integers and rescales them once is more exact: |d| <= 5 * u * 255 for 8 bits,
since larger values are clipped. If all scales are powers of two and the sum has at most 24 bits,
d = 0, and ties are rounded alike.

Stored in two stages (compilers.op_parts.two_stage), v itself is off: by the multiplier's rounding,
half a unit for each step of the sum; by the floor and the rounding of bn_add; and for an addition
by the ratio of its weights.

Chained over ops, with D steps of difference in the inputs i and the gains of zoo.op.Op.gain:

    D_out = min(floor(sum over i of gain_i * D_i + |d|) + 1, qmax - qmin)
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arguments import integers
from compilers.op_parts.arithmetic import centred, factors, shifted_bias
from compilers.op_table import find_op
from zoo.fixed_point import STAGE_BITS
from zoo.graph import Graph, Node, Tensor, quantization_of

__all__ = ["error_bounds", "op_bound"]

_UNIT_ROUNDOFF = 2.0**-24
_ROUNDINGS = 8
"""The roundings named above, and the multiplier's."""


def error_bounds(graph: Graph) -> Mapping[str, int]:
    """Return the maximum deviation of each activation, in its steps.

    Reals at the border use the steps of the adjacent integers.
    """
    bounds = dict.fromkeys(graph.inputs, 0)
    for node in graph.nodes:
        bounds[node.output] = _bound(graph, node, bounds)
    return bounds


def op_bound(graph: Graph, node: Node) -> int:
    """Return the maximum deviation of the node's output for equal inputs, in steps."""
    return _bound(graph, node, dict.fromkeys(node.inputs, 0))


def _bound(graph: Graph, node: Node, before: Mapping[str, int]) -> int:
    changed = sum(
        gain * before[name]
        for name, gain in zip(node.inputs, _gains(graph, node), strict=True)
        if before.get(name)
    )
    if not find_op(node.op).rounds or (changed == 0 and _is_exact(graph, node)):
        return math.floor(changed)
    error = (_terms(graph, node) + _ROUNDINGS) * _UNIT_ROUNDOFF * _magnitude(graph, node)
    if "bn_shift" in node.integer:
        error += _stage_error(graph, node)
    grid = quantization_of(graph.tensors[node.output])
    return math.floor(min(changed + error + 1, grid.qmax - grid.qmin))


def _is_exact(graph: Graph, node: Node) -> bool:
    """Whether float32 represents every sum and product exactly: few bits, and powers of two."""
    grids = [t.quantization for t in (*graph.inputs_of(node), graph.tensors[node.output])]
    scales = [scale for grid in grids if grid for scale in grid.scale]
    if any(math.frexp(scale)[0] != 0.5 for scale in scales):
        return False
    if "multiplier" not in node.integer:
        return node.op == "quantize"
    odd = max(abs(m) // (m & -m) for m in node.integer["multiplier"] if m)
    return odd * _magnitude(graph, node) <= float(np.abs(factors(node)).min()) / _UNIT_ROUNDOFF


def _magnitude(graph: Graph, node: Node) -> float:
    """Return the bound of the sum of magnitudes, plus a half for rounding, in steps.

    Infinite if unknown.
    """
    if node.op == "quantize":
        return 1 + _largest(graph.tensors[node.output])
    if find_op(node.op).weight_input is not None:
        return 1 + _largest_sum(graph.inputs_of(node), node)
    gains = zip(graph.inputs_of(node), _gains(graph, node), strict=True)
    return 1 + sum(gain * _largest(tensor) for tensor, gain in gains if gain)


def _largest_sum(inputs: Sequence[Tensor], node: Node) -> float:
    """Return the largest sum of |x * w| + |bias| of a layer's channels, in steps.

    Each channel has its own bias and factor: with a tiny factor, a bias may be huge.
    """
    return float((_channel_sums(inputs, node) * factors(node)).max())


def _channel_sums(inputs: Sequence[Tensor], node: Node) -> NDArray[np.int64]:
    """Return the largest sum of |x * w| + |bias| of each channel, in the accumulator's steps."""
    weights = np.abs(centred(np.asarray(inputs[1].data), inputs[1]))
    sums: NDArray[np.int64] = weights.reshape(len(weights), -1).sum(axis=1) * _largest(inputs[0])
    if len(inputs) > 2:
        sums = sums + np.abs(shifted_bias(node, np.asarray(inputs[2].data)))
    return sums


def _stage_error(graph: Graph, node: Node) -> float:
    """Return how far v may be off, in steps of the output."""
    inputs, output = graph.inputs_of(node), graph.tensors[node.output]
    floors = 2.0 * 2.0**-STAGE_BITS
    if "weight" in node.integer:
        step = quantization_of(output).scale[0]
        wanted = (quantization_of(tensor).scale[0] / step for tensor in inputs)
        pairs = zip(wanted, _gains(graph, node), inputs, strict=True)
        return floors + sum(abs(real - gain) * _largest(tensor) for real, gain, tensor in pairs)
    is_weighted = find_op(node.op).weight_input is not None
    pixels = math.prod(integers(node, "kernel")) if "kernel" in node.attributes else 1
    largest = np.array([pixels * _largest(inputs[0])])
    sums = _channel_sums(inputs, node) if is_weighted else largest
    unit = np.ldexp(1.0, -STAGE_BITS - np.array(node.integer["bn_shift"]))
    return floors + float((sums * unit).max()) / 2


def _gains(graph: Graph, node: Node) -> tuple[float, ...]:
    return find_op(node.op).gain(node, graph.inputs_of(node), graph.tensors[node.output])


def _terms(graph: Graph, node: Node) -> int:
    """Return how many numbers the node adds for one output."""
    op = find_op(node.op)
    if op.weight_input is not None:
        shape = graph.tensors[node.inputs[op.weight_input]].shape
        return math.prod(map(int, shape)) // int(shape[op.weight_axis]) + 1
    pixels = math.prod(integers(node, "kernel")) if "kernel" in node.attributes else 1
    return max(pixels, _products(graph, node)) + len(node.inputs)


def _products(graph: Graph, node: Node) -> int:
    """Return how many products the node adds for one output, from its multiply-accumulates."""
    output = graph.tensors[node.output]
    macs = find_op(node.op).macs(node, graph.inputs_of(node), output)
    return macs // math.prod(int(size) for size in output.shape[1:])


def _largest(tensor: Tensor) -> int:
    """Return the largest |q - z| of a quantized tensor."""
    if tensor.data is not None:
        return int(np.abs(centred(tensor.data, tensor)).max())
    grid = quantization_of(tensor)
    return max(grid.qmax - min(grid.zero_point), max(grid.zero_point) - grid.qmin)
