"""One width of activations in each op, as TFLite's kernels demand it.

A node that computes with 8 and 16 bits becomes one with 16, between conversions of QUANTIZE that
lose nothing: q - z of 8 bits fits into 16 bits with the same steps around 0, and what is rounded to
an output's steps around 0 only has to be moved to its zero point and saturated.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from compilers.fresh_name import fresh_name
from compilers.op_parts.arithmetic import centred
from compilers.op_table import find_op
from zoo.errors import QuantizeError
from zoo.graph import Graph, Node, Tensor, quantization_of

__all__ = ["WIDE", "even_widths"]

WIDE = 16
_CONVERSIONS = ("concat", "dequantize", "quantize", "requantize")
"""Ops whose lowering converts between widths itself."""


def even_widths(graph: Graph) -> Graph:
    """Return the graph with one width in each node that has a form in 16 bits.

    Others, which are tables of what they read, stay as they are.
    """
    tensors: dict[str, Tensor] = {}
    nodes: list[Node] = []
    for node in graph.nodes:
        mixed = node.op not in _CONVERSIONS and len(_widths(graph, node)) > 1
        nodes += _widened(graph, node, tensors) if mixed else [node]
    return graph.replace(nodes, tensors.values())


def _widths(graph: Graph, node: Node) -> set[int]:
    names = (*_operands(graph, node), node.output)
    grids = (graph.tensors[name].quantization for name in names)
    return {grid.bits for grid in grids if grid is not None}


def _operands(graph: Graph, node: Node) -> list[str]:
    """Return what the node computes with: no weights, nor constants that it reads as reals."""
    op = find_op(node.op)
    return [
        name
        for index, name in enumerate(node.inputs)
        if not graph.tensors[name].is_constant
        or (index not in op.float_inputs and (op.weight_input is None or index < op.weight_input))
    ]


def _widened(graph: Graph, node: Node, tensors: dict[str, Tensor]) -> list[Node]:
    """Return the node in 16 bits with what converts for it, and add their tensors."""
    own: dict[str, Tensor] = {}
    for name in (*_operands(graph, node), node.output):
        if quantization_of(graph.tensors[name]).bits < WIDE:
            taken = {*graph.tensors, *tensors, *(tensor.name for tensor in own.values())}
            wish = f"{node.output}.wide" if name == node.output else f"{name}.for.{node.output}"
            own[name] = _wide(graph.tensors[name], fresh_name(wish, taken))
    try:
        wide = _renamed(graph, node, own)
    except QuantizeError:
        return [node]
    tensors.update((tensor.name, tensor) for tensor in own.values())
    return [*_before(graph, node, own), wide, *_after(graph, node, own)]


def _wide(tensor: Tensor, name: str) -> Tensor:
    grid = quantization_of(tensor)
    zeros = (0,) * len(grid.scale)
    wide = replace(grid, bits=WIDE, signed=True, zero_point=zeros)
    data = None if tensor.data is None else centred(tensor.data, tensor).astype(np.int16)
    return replace(tensor, name=name, dtype=wide.dtype, quantization=wide, data=data)


def _renamed(graph: Graph, node: Node, own: Mapping[str, Tensor]) -> Node:
    def tensor(name: str) -> Tensor:
        return own.get(name, graph.tensors[name])

    inputs, output = [tensor(name) for name in node.inputs], tensor(node.output)
    named = replace(node, inputs=tuple(t.name for t in inputs), output=output.name)
    return replace(named, integer=find_op(node.op).fix_integers(named, inputs, output))


def _before(graph: Graph, node: Node, own: Mapping[str, Tensor]) -> Iterator[Node]:
    for name, tensor in own.items():
        if name != node.output and not tensor.is_constant:
            yield _conversion(f"{node.name}/{name}", graph.tensors[name], tensor)


def _after(graph: Graph, node: Node, own: Mapping[str, Tensor]) -> Iterator[Node]:
    if node.output in own:
        yield _conversion(f"{node.name}/narrow", own[node.output], graph.tensors[node.output])


def _conversion(name: str, source: Tensor, stored: Tensor) -> Node:
    node = Node(name, "requantize", (source.name,), stored.name)
    return replace(node, integer=find_op("requantize").fix_integers(node, [source], stored))
