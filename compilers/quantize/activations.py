"""The Quantization of every activation, from calibration and from known ranges."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from compilers.op_table import find_op
from compilers.quantize.groups import scheme_of, sharing_groups
from compilers.quantize.histogram import Histogram, merge
from compilers.quantize.live_ranges import live_ranges
from compilers.quantize.observe import activation_grid, observe
from compilers.quantize.power_of_two import is_power_of_two, with_fix_points
from compilers.quantize.separate import others_of
from zoo.contract import Contract
from zoo.errors import QuantizeError
from zoo.graph import Graph, Quantization
from zoo.scheme import Scheme

__all__ = ["fit_activations", "known_activations"]


def fit_activations(
    graph: Graph,
    histograms: Mapping[str, Histogram],
    scheme: Scheme,
    contract: Contract,
    calibrator: str,
) -> dict[str, Quantization]:
    """Return the quantization of every activation by name.

    Each has its own unless it must share one. Pixels keep theirs, so they need no rounding, and so
    do outputs of ops with a known range (softmax). Neither grid is imposed on values that would
    have a different one; these, like all others, are observed together. With float scales, network
    outputs are never clipped, since an outlier there is a result.
    """
    known = known_activations(graph, histograms, scheme, contract)
    histograms = live_ranges(graph, histograms, scheme)
    fitted = {}
    for group in sharing_groups(graph, scheme):
        is_inner = set(group).isdisjoint(graph.outputs) or scheme.scale == "power_of_two"
        chosen = calibrator if is_inner else "minmax"
        own = scheme_of(group, graph, scheme)
        given = {known[name] for name in group if name in known}
        others = others_of(group, graph, known, scheme) if given else group
        seen = group if len(given) > 1 else others
        grids = {observe(merge(histograms[name] for name in seen), own, chosen)} if seen else given
        if len(grids | given) > 1:
            grids = {observe(merge(histograms[name] for name in group), own, chosen)}
        fitted.update(dict.fromkeys(group, *grids))
    return fitted


def known_activations(
    graph: Graph, histograms: Mapping[str, Histogram], scheme: Scheme, contract: Contract
) -> dict[str, Quantization]:
    """Return the quantizations that follow from contract and ops alone, by name.

    Raises QuantizeError if the samples contradict the contract.
    """
    return {**_known_outputs(graph, scheme), **_pixels(graph, histograms, scheme, contract)}


def _known_outputs(graph: Graph, scheme: Scheme) -> dict[str, Quantization]:
    known = {}
    for node in graph.nodes:
        fixed = find_op(node.op).fixed_quantization(node)
        own = scheme_of([node.output], graph, scheme)
        grid = fixed and _as_scheme(fixed.scale[0], fixed.zero_point[0], own)
        if node.op == "hard_sigmoid" and scheme.hard_sigmoid is not None:
            grid = with_fix_points(activation_grid(own), scheme.hard_sigmoid[2])
        if grid:
            known[node.output] = grid
    return known


def _pixels(
    graph: Graph, histograms: Mapping[str, Histogram], scheme: Scheme, contract: Contract
) -> dict[str, Quantization]:
    """Return the quantization of the image input if uint8 pixels can be its integers."""
    name, pixels = contract.input.name, contract.pixel_quantization
    if name not in graph.inputs:
        raise QuantizeError(
            f"graph '{graph.name}': the contract's input '{name}' is not one of its inputs "
            f"{', '.join(graph.inputs)}; name the contract's input as the network does"
        )
    grid = pixels and _as_scheme(*pixels, scheme.at(name))
    if not grid:
        return {}
    _check_normalized(name, histograms[name], grid)
    return {name: grid}


def _as_scheme(scale: float, zero_point: int, scheme: Scheme) -> Quantization | None:
    """Return a uint8 quantization in the scheme's form, None if it would not be exact."""
    grid = activation_grid(scheme)
    zero_point += grid.qmin
    if scheme.activation_bits != 8 or (scheme.activation_symmetric and zero_point != 0):
        return None
    if scheme.scale == "power_of_two" and not is_power_of_two(scale):
        return None
    return replace(grid, scale=(float(np.float32(scale)),), zero_point=(zero_point,))


def _check_normalized(name: str, histogram: Histogram, grid: Quantization) -> None:
    scale, zero_point = grid.scale[0], grid.zero_point[0]
    low, high = scale * (grid.qmin - zero_point), scale * (grid.qmax - zero_point)
    if histogram.low < low - scale or histogram.high > high + scale:
        raise QuantizeError(
            f"calibration input '{name}' has values from {histogram.low:g} to {histogram.high:g}; "
            f"pixels that the contract has normalised are between {low:g} and {high:g}: give "
            "images that went through the contract's pre-processing"
        )
