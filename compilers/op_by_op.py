"""Checks each op of another runtime: its output against the reference's for the same inputs."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.error_bound import op_bound
from compilers.op_parts.arithmetic import factors
from compilers.op_table import find_op
from compilers.reference import run_node
from zoo.graph import Graph, Node, Tensor, quantization_of
from zoo.plugs import Feeds, OpDifference

__all__ = ["judge_ops", "rounds"]

_OFFSETS: Mapping[tuple[str, str], int] = {("uint8", "int8"): -128, ("int8", "uint8"): 128}

_WIDE: Mapping[int, type[np.signedinteger[Any]]] = {1: np.int16, 2: np.int32, 4: np.int64}
"""By the bytes of an integer: the smallest type of all differences."""

_FAR = 2.0**31
"""Difference assigned to NaN, in steps."""


def judge_ops(graph: Graph, inside: Feeds) -> Iterator[OpDifference]:
    """Yield the differences of each op whose inputs, and output or its moved form, are inside.

    inside: activations by name: 8-bit integers of either sign, images NCHW, and the final reals
    computed from them, which must be within half a step. Values may be omitted if they are moved,
    or if only moves read them: the op is then judged by what is moved.
    """
    values = {name: _stored(value, graph.tensors[name]) for name, value in inside.items()}
    hidden: dict[str, Node] = {}
    for node in graph.nodes:
        activations = {t.name for t in graph.inputs_of(node) if not t.is_constant}
        if not activations <= values.keys():
            continue
        judged = next((hidden[name] for name in node.inputs if name in hidden), node)
        if rounds(node) and judged is not node:
            continue
        wanted = run_node(graph, node, values)
        if node.op == "dequantize":
            if node.output in values:
                steps = _steps_of_reals(graph, node, wanted, values)
                yield OpDifference(node.name, steps, 0, _levels(graph.tensors[node.inputs[0]]))
        elif node.output not in values:
            values[node.output] = wanted
            if rounds(node) or judged is not node:
                hidden[node.output] = judged
        else:
            steps = np.abs(np.subtract(wanted, values[node.output], dtype=_WIDE[wanted.itemsize]))
            levels = _levels(graph.tensors[node.output])
            yield OpDifference(judged.name, steps, op_bound(graph, judged), levels)


def rounds(node: Node) -> bool:
    """Return whether another runtime may round the node's integers differently."""
    copies = node.op == "concat" and bool(np.all(factors(node) == 1))
    return find_op(node.op).rounds and not copies


def _levels(tensor: Tensor) -> int:
    grid = quantization_of(tensor)
    return grid.qmax - grid.qmin


def _steps_of_reals(
    graph: Graph, node: Node, wanted: NDArray[Any], values: Feeds
) -> NDArray[np.int64]:
    scale = max(quantization_of(graph.tensors[node.inputs[0]]).scale)
    steps = np.abs(wanted - values[node.output]) / scale
    rounded: NDArray[np.int64] = np.rint(np.nan_to_num(steps, nan=_FAR)).astype(np.int64)
    return rounded


def _stored(value: NDArray[Any], tensor: Tensor) -> NDArray[Any]:
    """Return the integers in the tensor's type."""
    offset = _OFFSETS.get((value.dtype.name, tensor.dtype))
    return value if offset is None else (value.astype(np.int16) + offset).astype(tensor.dtype)
