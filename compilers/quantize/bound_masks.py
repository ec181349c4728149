"""Masks before a softmax, which add -100 or -inf to what must not count.

Calibration would cover such numbers, and one step of the sum would be as wide as all scores. But
exp(-16) rounds to 0 in the softmax's table, so nothing changes if sums are cut off 16 below any
row's largest. With scores of at least `low`, and m the mask's largest value in a row, that is at

    floor = low + min over rows of m - 16

and a mask that is below floor - high leaves every sum at the floor.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from compilers.fresh_name import fresh_name
from compilers.op_parts.arguments import integer
from compilers.quantize.groups import scheme_of
from compilers.quantize.histogram import Histogram
from compilers.quantize.observe import observe
from zoo.graph import Graph, Node, Quantization, Tensor
from zoo.scheme import Scheme

__all__ = ["bound_masks", "finite_masks"]

_LOWEST = -1e4
"""A float softmax is 0 here, as at any lower number."""
_REACH = 16.0
"""exp(-16) * 2**20 < 1/2."""


@dataclass(frozen=True)
class _Masked:
    """A sum that a softmax reads. names: the sum, and what only has another shape."""

    node: Node
    scores: str
    mask: Tensor
    names: tuple[str, ...]


def finite_masks(graph: Graph) -> Graph:
    """Return the float graph with masks of at least -10000, so that calibration can count them."""
    for masked in list(_masked_sums(graph)):
        if np.min(np.asarray(masked.mask.data)) < _LOWEST:
            graph = _with_mask(graph, masked, _LOWEST)
    return graph


def bound_masks(
    graph: Graph,
    histograms: Mapping[str, Histogram],
    grids: Mapping[str, Quantization],
    scheme: Scheme,
) -> tuple[Graph, dict[str, Quantization]]:
    """Return the float graph with bounded masks, and the grids with those of their sums."""
    known = dict(grids)
    for masked in list(_masked_sums(graph)):
        scores, sums = histograms[masked.scores], histograms[masked.node.output]
        rows = np.asarray(masked.mask.data).max(axis=-1)
        floor = scores.low + float(rows.min()) - _REACH
        if sums.low < floor < sums.high:
            graph = _with_mask(graph, masked, floor - scores.high)
            own = scheme_of(masked.names, graph, scheme)
            grid = observe(replace(sums, low=floor), own, "minmax")
            known |= dict.fromkeys(masked.names, grid)
    return graph, known


def _masked_sums(graph: Graph) -> Iterator[_Masked]:
    """Yield sums of scores and a constant that varies along the softmax's axis, the last one."""
    for node in graph.nodes:
        if node.op != "softmax":
            continue
        name, names = node.inputs[0], []
        is_last = integer(node, "axis") == len(graph.tensors[name].shape) - 1
        while is_last and len(graph.consumers(name)) == 1 and name not in graph.outputs:
            names.append(name)
            before = graph.producer(name)
            if before is not None and before.op == "reshape" and _keeps_rows(graph, before):
                name = before.inputs[0]
                continue
            yield from _sums(graph, before, tuple(names))
            break


def _keeps_rows(graph: Graph, reshape: Node) -> bool:
    names = (reshape.inputs[0], reshape.output)
    return len({graph.tensors[name].shape[-1] for name in names}) == 1


def _sums(graph: Graph, node: Node | None, names: tuple[str, ...]) -> Iterator[_Masked]:
    if node is None or node.op != "add" or "clamp" in node.attributes:
        return
    constants = [tensor for tensor in graph.inputs_of(node) if tensor.is_constant]
    scores = [name for name in node.inputs if not graph.tensors[name].is_constant]
    if len(constants) == len(scores) == 1 and constants[0].shape:
        yield _Masked(node, scores[0], constants[0], names)


def _with_mask(graph: Graph, masked: _Masked, low: float) -> Graph:
    """Return the graph with a mask of its own for the sum, nothing in it below `low`."""
    data = np.maximum(np.asarray(masked.mask.data), np.float32(low))
    name = fresh_name(f"{masked.mask.name}.bounded", graph.tensors)
    bounded = replace(masked.mask, name=name, data=data)
    names = {masked.mask.name: bounded.name}
    nodes = [
        replace(node, inputs=tuple(names.get(n, n) for n in node.inputs))
        if node.output == masked.node.output
        else node
        for node in graph.nodes
    ]
    return graph.replace(nodes, [bounded])
