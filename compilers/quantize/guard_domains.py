"""Keeps functions within the numbers for which they have a value.

A symmetric grid holds negative numbers even where calibration saw none. Their square root is NaN,
and what a runtime stores for NaN is arbitrary, so a clip on the same grid stands before it.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from compilers.fresh_name import fresh_name
from compilers.op_table import find_op
from zoo.graph import Graph, Node, Quantization, Tensor
from zoo.table_op import TableOp

__all__ = ["guard_domains"]

Grids = Mapping[str, Quantization]


def guard_domains(graph: Graph, grids: Grids) -> tuple[Graph, dict[str, Quantization]]:
    """Return the float graph with a clip before each such function, and the grids with its own."""
    nodes: list[Node] = []
    tensors: list[Tensor] = []
    known = dict(grids)
    for node in graph.nodes:
        low, high = _domain(node)
        if _exceeds(grids.get(node.inputs[0]), low, high):
            source = graph.tensors[node.inputs[0]]
            clipped = replace(source, name=fresh_name(f"{node.output}.domain", graph.tensors))
            attributes = {"low": low, "high": high}
            nodes.append(Node(clipped.name, "clip", (source.name,), clipped.name, attributes))
            tensors.append(clipped)
            known[clipped.name] = grids[source.name]
            node = replace(node, inputs=(clipped.name, *node.inputs[1:]))
        nodes.append(node)
    return graph.replace(nodes, tensors), known


def _domain(node: Node) -> tuple[float, float]:
    op = find_op(node.op)
    return op.domain(node) if isinstance(op, TableOp) else (-np.inf, np.inf)


def _exceeds(grid: Quantization | None, low: float, high: float) -> bool:
    if grid is None:
        return False
    ends = float(grid.scale[0]) * (np.array([grid.qmin, grid.qmax]) - grid.zero_point[0])
    return bool(ends[0] < low or ends[1] > high)
