"""Each op of another runtime alone: its output against what the reference makes of its inputs."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.error_bound import op_bound
from compilers.reference import run_node
from zoo.graph import Graph, Tensor
from zoo.plugs import Feeds, OpDifference

__all__ = ["judge_ops"]

_OFFSET = 128


def judge_ops(graph: Graph, inside: Feeds) -> Iterator[OpDifference]:
    """Yield the differences of each op whose inputs and output are all inside.

    inside: activations by name; integers in their storage type, or retyped from int8 to uint8.
    """
    values = {name: _stored(value, graph.tensors[name]) for name, value in inside.items()}
    for node in graph.nodes:
        activations = [t.name for t in graph.inputs_of(node) if not t.is_constant]
        stored = graph.tensors[node.output].quantization is not None
        if stored and {*activations, node.output} <= values.keys():
            wanted, found = run_node(graph, node, values), values[node.output]
            steps = np.abs(wanted.astype(np.int64) - found.astype(np.int64))
            yield OpDifference(node.name, steps, op_bound(graph, node))


def _stored(value: NDArray[Any], tensor: Tensor) -> NDArray[Any]:
    if tensor.dtype == "int8" and value.dtype == np.uint8:
        return (value.astype(np.int16) - _OFFSET).astype(np.int8)
    return value
