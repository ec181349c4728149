"""Fix points of weights and biases, within a chip's legal shifts.

With f the fix points of weight, input, output and bias, where scale = 2**-f:

    shift_cut  = f_w + f_in - f_out     right shift from accumulator to output
    shift_bias = f_w + f_in - f_bias    left shift from bias to accumulator
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arithmetic import OPEN, clamp_of
from compilers.quantize.groups import sharing_groups
from compilers.quantize.power_of_two import fix_point_of, with_fix_points, worthwhile_fix_points
from compilers.quantize.rounding import squared_error
from compilers.quantize.weighted import Weighted, weighted_nodes
from zoo.errors import QuantizeError
from zoo.graph import Graph, Node, Quantization
from zoo.scheme import Scheme

__all__ = ["coarsen_outputs", "fit_fix_points"]

ACCUMULATOR = Quantization((1.0,), (0,), bits=32)

Array = NDArray[np.float64]
Grids = Mapping[str, Quantization]


def coarsen_outputs(graph: Graph, activations: Grids, scheme: Scheme) -> dict[str, Quantization]:
    """Return the activations' grids, coarsened if a shift_cut would be too small.

    An output finer than the accumulator would have unused bits. A coarser tensor can make the next
    node's shift too small, hence the repetition. The scheme's accumulator outputs follow from the
    others.
    Raises QuantizeError naming the node if this does not terminate.
    """
    grids = dict(activations)
    if scheme.shift_cut is None:
        return grids
    group_of = {name: group for group in sharing_groups(graph, scheme) for name in group}
    limited = [
        (w.node, _limits(w, scheme.at(w.node.name, w.weight.name))) for w in weighted_nodes(graph)
    ]
    for _ in range(len(limited) ** 2 + 1):
        excesses = ((node, _excess(node, limits, grids, scheme)) for node, limits in limited)
        too_fine = next(((node, excess) for node, excess in excesses if excess > 0), None)
        if too_fine is None:
            return grids | _accumulators(graph, limited, grids, scheme)
        node, excess = too_fine
        for name in group_of[node.output]:
            grids[name] = with_fix_points(grids[name], fix_point_of(grids[name]) - excess)
    raise QuantizeError(
        f"node '{node.name}' ({node.op}): scheme '{scheme.name}' needs a shift of at least "
        f"{scheme.shift_cut[0]} bits from accumulator to output, and no fix points give it; "
        "equalise the network or choose a scheme with float scales"
    )


def fit_fix_points(
    weighted: Weighted, grid_in: Quantization, grid_out: Quantization, scheme: Scheme
) -> tuple[Quantization, Quantization]:
    """Return the quantizations of weight and bias with legal shifts."""
    if scheme.fix_point is not None:
        weight, bias = (make(scheme) for make in (_weight_grid, _bias_grid))
        return with_fix_points(weight, scheme.fix_point), with_fix_points(bias, scheme.fix_point)
    point_in, point_out = fix_point_of(grid_in), fix_point_of(grid_out)
    _, bias_rows = weighted.rows(scheme.weight_per_channel)
    weights = [limit.weight_point(point_in, scheme) for limit in _limits(weighted, scheme)]
    if scheme.shift_cut is not None:
        weights = [min(point, scheme.shift_cut[1] + point_out - point_in) for point in weights]
    biases = [
        _bias_point(bias, point + point_in, scheme)
        for bias, point in zip(bias_rows, weights, strict=True)
    ]
    axis = weighted.axis if scheme.weight_per_channel else None
    return (
        replace(with_fix_points(_weight_grid(scheme), *weights), axis=axis),
        replace(with_fix_points(_bias_grid(scheme), *biases), axis=None if axis is None else 0),
    )


@dataclass(frozen=True)
class _Limits:
    """Fix points of a row: the best for its weights, the finest for its bias without saturation."""

    weight: int
    bias: int

    def weight_point(self, point_in: int, scheme: Scheme) -> int:
        """Return the best fix point with a legal shift to the bias."""
        if scheme.shift_bias is None:
            return self.weight
        return min(self.weight, self.bias + scheme.shift_bias[1] - point_in)


def _limits(weighted: Weighted, scheme: Scheme) -> list[_Limits]:
    grid = _bias_grid(scheme)
    return [
        _Limits(
            _search(weight, _weight_grid(scheme), scheme),
            worthwhile_fix_points(bias.min(), bias.max(), grid)[0],
        )
        for weight, bias in zip(*weighted.rows(scheme.weight_per_channel), strict=True)
    ]


def _excess(node: Node, limits: list[_Limits], grids: Grids, scheme: Scheme) -> int:
    """Return how many bits too fine the node's output is."""
    assert scheme.shift_cut is not None
    finest_sum = _finest_sum(node, limits, grids, scheme)
    return scheme.shift_cut[0] - finest_sum + fix_point_of(grids[node.output])


def _finest_sum(node: Node, limits: list[_Limits], grids: Grids, scheme: Scheme) -> int:
    """Return the fix point of the accumulator, of its coarsest row."""
    point_in = fix_point_of(grids[node.inputs[0]])
    return min(limit.weight_point(point_in, scheme) for limit in limits) + point_in


def _accumulators(
    graph: Graph, limited: list[tuple[Node, list[_Limits]]], grids: Grids, scheme: Scheme
) -> dict[str, Quantization]:
    """Return the grids of the network outputs that stay as the accumulator has them."""
    if not scheme.accumulator_outputs:
        return {}
    return {
        node.output: with_fix_points(ACCUMULATOR, _finest_sum(node, limits, grids, scheme))
        for node, limits in limited
        if node.output in graph.outputs
        and not graph.consumers(node.output)
        and clamp_of(node) == OPEN
    }


def _bias_point(bias: Array, sum_point: int, scheme: Scheme) -> int:
    if scheme.shift_bias is None:
        return sum_point
    low, high = (sum_point - shift for shift in reversed(scheme.shift_bias))
    return _search(bias, _bias_grid(scheme), scheme, low, high)


def _search(
    values: Array, grid: Quantization, scheme: Scheme, low: int = -64, high: int = 64
) -> int:
    """Return the fix point in [low, high] with the least squared error."""
    candidates = worthwhile_fix_points(values.min(), values.max(), grid)
    legal = dict.fromkeys(min(max(point, low), high) for point in candidates)
    rounding = scheme.weight_rounding
    return min(legal, key=lambda p: squared_error(values, 1, with_fix_points(grid, p), rounding))


def _weight_grid(scheme: Scheme) -> Quantization:
    return Quantization((1.0,), (0,), scheme.weight_bits)


def _bias_grid(scheme: Scheme) -> Quantization:
    return Quantization((1.0,), (0,), scheme.bias_bits)
