"""Constants of a float graph as a scheme's integers."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from compilers.op_parts.arithmetic import quantize
from compilers.op_table import find_op
from compilers.quantize.float_scales import fit_float_scales
from compilers.quantize.histogram import measure
from compilers.quantize.observe import observe
from compilers.quantize.rounding import to_integers
from compilers.quantize.shifts import fit_fix_points
from compilers.quantize.weighted import Weighted, weighted_nodes
from zoo.graph import Graph, Quantization, Tensor
from zoo.scheme import Scheme

__all__ = ["integer_constants", "integer_parameters"]

Grids = Mapping[str, Quantization]

_FITTED: Grids = MappingProxyType({})


def integer_parameters(
    graph: Graph, activations: Grids, scheme: Scheme, given: Grids = _FITTED
) -> Iterator[Tensor]:
    """Yield the weight and the bias of each weighted node, on grids that fit its activations.

    given: fixed grids, by name.
    """
    for weighted in weighted_nodes(graph):
        own = scheme.at(weighted.node.name, weighted.weight.name)
        weight_grid, bias_grid = _grids(weighted, activations, own)
        weight_grid = given.get(weighted.weight.name, weight_grid)
        bias_grid = given.get(weighted.bias.name, bias_grid)
        yield _integers(weighted.weight, weight_grid, own, own.weight_qmin)
        yield _integers(weighted.bias, bias_grid, scheme)


def integer_constants(graph: Graph, scheme: Scheme) -> Iterator[Tensor]:
    """Yield the constants that nodes combine with activations (x + 1), on grids like theirs."""
    for node in graph.nodes:
        op = find_op(node.op)
        for index, tensor in enumerate(graph.inputs_of(node)):
            weighs = op.weight_input is not None and index >= op.weight_input
            if tensor.is_constant and not weighs and index not in op.float_inputs:
                data = np.asarray(tensor.data)
                grid = observe(measure(data.reshape(1, -1)), scheme.at(tensor.name), "minmax")
                integers = quantize(data, grid)
                yield replace(tensor, dtype=grid.dtype, quantization=grid, data=integers)


def _grids(
    weighted: Weighted, activations: Grids, scheme: Scheme
) -> tuple[Quantization, Quantization]:
    grid_in = activations[weighted.node.inputs[0]]
    grid_out = activations[weighted.node.output]
    if scheme.scale == "power_of_two":
        return fit_fix_points(weighted, grid_in, grid_out, scheme)
    return fit_float_scales(weighted, grid_in.scale[0], grid_out.scale[0], scheme)


def _integers(tensor: Tensor, grid: Quantization, scheme: Scheme, low: int | None = None) -> Tensor:
    data = to_integers(np.asarray(tensor.data), grid, scheme.weight_rounding, low)
    return replace(tensor, dtype=grid.dtype, quantization=grid, data=data)
