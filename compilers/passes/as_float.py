"""From an integer Graph to its float equivalent, with the range of each tensor.

Quantizers drop a ReLU if the zero point is the lowest integer, since that saturates at 0, and a
ReLU6 if the highest integer represents 6. Both are restored as clamps.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from compilers.op_parts.arithmetic import Bounds, clamp_of, dequantize
from compilers.op_table import find_op
from zoo.errors import QuantizeError
from zoo.graph import Graph, Node, Quantization, Tensor

__all__ = ["FloatForm", "as_float"]

_COPIES = ("quantize", "dequantize", "requantize")
_SIX = 6.0


@dataclass(frozen=True)
class FloatForm:
    """A float graph. ranges: lowest and highest real of each activation by name."""

    graph: Graph
    ranges: Mapping[str, Bounds]


def as_float(graph: Graph) -> FloatForm:
    """Return the float form of an integer graph, with the same input and output names.

    Raises QuantizeError if an output is a copy of an input or of another output.
    """
    names: dict[str, str] = {}
    ranges: dict[str, Bounds] = {}
    nodes: list[Node] = []
    for node in graph.nodes:
        grid = graph.tensors[node.output].quantization
        source = names.get(node.inputs[0], node.inputs[0])
        moves = node.op in _COPIES and "clamp" not in node.attributes
        names[node.output] = source if moves else node.output
        if not moves:
            inputs = tuple(names.get(name, name) for name in node.inputs)
            nodes.append(_float_node(replace(node, inputs=inputs, integer={}), grid))
        if grid is not None:
            ranges.setdefault(names[node.output], _range(grid))
    return _renamed(graph, nodes, ranges, {names.get(name, name): name for name in graph.outputs})


def _float_node(node: Node, grid: Quantization | None) -> Node:
    if node.op == "requantize":
        low, high = clamp_of(node)
        return replace(node, op="clip", attributes={"low": low, "high": high})
    if grid is None or not find_op(node.op).fuses_clamp or grid.zero_point[0] != grid.qmin:
        return node
    low, high = clamp_of(node)
    top = _range(grid)[1]
    six = _SIX if abs(top - _SIX) <= grid.scale[0] else math.inf
    return node.with_attributes(clamp=(max(low, 0.0), min(high, six)))


def _range(grid: Quantization) -> Bounds:
    zero, scale = grid.zero_point[0], grid.scale[0]
    return (grid.qmin - zero) * scale, (grid.qmax - zero) * scale


def _renamed(
    graph: Graph, nodes: list[Node], ranges: Mapping[str, Bounds], outputs: Mapping[str, str]
) -> FloatForm:
    """Rename the tensors that outputs copy. outputs: output name by tensor."""
    if len(outputs) < len(graph.outputs) or outputs.keys() & set(graph.inputs):
        raise QuantizeError(
            f"graph '{graph.name}': of its outputs {', '.join(graph.outputs)} one is an unchanged "
            "input or repeats another output; remove it from the network's outputs"
        )
    known = [_real(tensor, outputs) for tensor in graph.tensors.values()]
    renamed = [
        replace(
            node,
            inputs=tuple(outputs.get(name, name) for name in node.inputs),
            output=outputs.get(node.output, node.output),
        )
        for node in nodes
    ]
    tensors = {tensor.name: tensor for tensor in known}
    real = replace(graph, nodes=tuple(renamed), tensors=tensors).replace(renamed)
    return FloatForm(real, {outputs.get(name, name): ends for name, ends in ranges.items()})


def _real(tensor: Tensor, outputs: Mapping[str, str]) -> Tensor:
    data = tensor.data
    if data is not None and tensor.quantization:
        data = dequantize(data, tensor.quantization)
    name = outputs.get(tensor.name, tensor.name)
    return replace(tensor, name=name, dtype="float32", quantization=None, data=data)
