"""Where training starts: at the integers found without training.

Error-compensating rounding (compilers.quantize.compensate) is worth more than a short training with
few bits. Each weight starts in the middle between the neighbours of its integer: from where it was
before, often at the edge, the first steps of training would undo the compensation.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from compilers.op_parts.arithmetic import dequantize
from compilers.quantize.prepare import Prepared
from compilers.quantize.weighted import weighted_nodes
from zoo.graph import Graph, Tensor, quantization_of

__all__ = ["starting_at"]


def starting_at(start: Prepared, integers: Graph) -> Prepared:
    """Return the start with the weights and biases of its integer graph, as reals.

    If the largest weight of a channel got smaller, so do the channel's steps, and its other
    weights may round to neighbours.
    """
    graph = start.graph
    return replace(start, graph=graph.replace(graph.nodes, _reals(graph, integers)))


def _reals(graph: Graph, integers: Graph) -> Iterator[Tensor]:
    for weighted in weighted_nodes(graph):
        for tensor in (weighted.weight, weighted.bias):
            stored = integers.tensors[tensor.name]
            reals = dequantize(np.asarray(stored.data), quantization_of(stored))
            yield replace(tensor, data=reals.astype(np.float32))
