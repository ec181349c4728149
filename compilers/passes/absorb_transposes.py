"""Moves the Transpose after a network's input down to the next one, where the two cancel.

Files with pictures [N, H, W, C] scale them there, then give them to convolutions as [N, C, H, W].
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from compilers.fresh_name import fresh_name
from compilers.op_parts.arguments import integers
from compilers.op_table import find_op
from zoo.graph import Graph, Node, Tensor
from zoo.layout import reordered

__all__ = ["absorb_transposes"]

_IMAGE_AXES = 4
_UNARY, _BINARY = ("clip", "quantize", "dequantize"), ("add", "sub", "mul")


def absorb_transposes(graph: Graph) -> Graph:
    """Return the graph without each pair of inverse transposes around element-wise ops.

    Only pairs that begin at an input are found, and only where nothing else reads what is between;
    onnxsim removes a pair with nothing between.
    """
    for first in graph.nodes:
        if first.op == "transpose" and first.inputs[0] in graph.inputs:
            chain = _chain(graph, first)
            if chain is not None:
                graph = _without(graph, chain)
    return graph


@dataclass(frozen=True)
class _Chain:
    """A transpose, the element-wise ops after it, and its inverse."""

    first: Node
    between: tuple[Node, ...]
    last: Node


def _chain(graph: Graph, first: Node) -> _Chain | None:
    between: list[Node] = []
    for node in _readers(graph, first):
        if node.op == "transpose":
            together = np.take(integers(first, "permutation"), integers(node, "permutation"))
            is_inverse = together.tolist() == list(range(_IMAGE_AXES))
            return _Chain(first, tuple(between), node) if between and is_inverse else None
        if not _is_element_wise(graph, node, between[-1] if between else first):
            return None
        between.append(node)
    return None


def _readers(graph: Graph, node: Node) -> Iterator[Node]:
    """Yield the only reader of a node's image, the only reader of that, and so on."""
    while node.output not in graph.outputs and len(graph.tensors[node.output].shape) == _IMAGE_AXES:
        readers = graph.consumers(node.output)
        if len(readers) != 1:
            return
        node = readers[0]
        yield node


def _is_element_wise(graph: Graph, node: Node, before: Node) -> bool:
    grids = (graph.tensors[name].quantization for name in (*node.inputs, node.output))
    if any(grid is not None and grid.axis is not None for grid in grids):
        return False
    if node.op in _UNARY or find_op(node.op).family == "table":
        return True
    others = [graph.tensors[name] for name in node.inputs if name != before.output]
    return node.op in _BINARY and len(others) == 1 and others[0].data is not None


def _without(graph: Graph, chain: _Chain) -> Graph:
    order = tuple(int(axis) for axis in np.argsort(integers(chain.first, "permutation")))
    names = {chain.first.output: chain.first.inputs[0]}
    names[chain.between[-1].output] = chain.last.output
    constants = {
        t.name: t for node in chain.between for t in graph.inputs_of(node) if t.is_constant
    }
    laid = {name: _laid(constant, order, graph) for name, constant in constants.items()}
    names |= {name: tensor.name for name, tensor in laid.items()}
    moved = {node.output: _renamed(node, names) for node in chain.between}
    outputs = (graph.tensors[node.output] for node in chain.between)
    tensors = [
        replace(old, name=names.get(old.name, old.name), shape=reordered(old.shape, order))
        for old in outputs
    ]
    gone = (chain.first.output, chain.last.output)
    nodes = [moved.get(node.output, node) for node in graph.nodes if node.output not in gone]
    return graph.replace(nodes, (*tensors, *laid.values()))


def _renamed(node: Node, names: Mapping[str, str]) -> Node:
    inputs = tuple(names.get(name, name) for name in node.inputs)
    return replace(node, inputs=inputs, output=names.get(node.output, node.output))


def _laid(constant: Tensor, order: tuple[int, ...], graph: Graph) -> Tensor:
    """Return a constant in the axes before the first transpose; others may read the old one."""
    assert constant.data is not None
    if constant.data.size == 1:
        return constant
    data = constant.data.reshape((1,) * (_IMAGE_AXES - constant.data.ndim) + constant.data.shape)
    data = np.ascontiguousarray(data.transpose(order))
    name = fresh_name(f"{constant.name}.laid", graph.tensors)
    return replace(constant, name=name, shape=data.shape, data=data)
