"""Ops that a chip lacks, composed of what it has, before calibration: each part has its own grid.

hardswish(x)      x * hard_sigmoid(x)
prelu(x)          relu(x) - slope * relu(-x)
a - b             a + (-1) * b
x * c, x + c      a depthwise convolution of one pixel, with the weight or the bias c
a * b, a + b      both of one shape: a single pixel is repeated by a resize, a single channel by
                  a convolution
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import inf, prod
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from compilers.fresh_name import fresh_name
from compilers.op_parts.arithmetic import OPEN, Bounds, clamp_of
from compilers.op_parts.window import Window
from compilers.op_table import find_op
from zoo.graph import Attribute, Graph, Node, Tensor
from zoo.scheme import Scheme

__all__ = ["compose"]

_IMAGE_AXES = 4
_POINT = Window((1, 1)).attributes


def compose(graph: Graph, scheme: Scheme) -> Graph:
    """Return the float graph without those ops that the scheme's chip computes as others.

    The last part keeps the node's name and output. Uses that cannot be composed are kept; the chip
    may then refuse them.
    """
    if not scheme.composes:
        return graph
    parts = _Parts(graph)
    for node in graph.nodes:
        composition = _COMPOSITIONS.get(node.op) if node.op in scheme.composes else None
        parts.nodes.append(composition(parts, node) if composition else node)
    return graph.replace(parts.nodes, parts.tensors.values())


class _Parts:
    """Collects the nodes of the composed graph."""

    def __init__(self, graph: Graph) -> None:
        self.tensors: dict[str, Tensor] = dict(graph.tensors)
        self.nodes: list[Node] = []

    def add(self, node: Node) -> str:
        """Add a node, named as its output; return a fresh name for both, made from that wish."""
        inputs = [self.tensors[name] for name in node.inputs]
        name = fresh_name(node.output, self.tensors)
        shape = find_op(node.op).infer_shape(node, inputs)
        self.tensors[name] = replace(inputs[0], name=name, shape=shape, data=None)
        self.nodes.append(replace(node, name=name, output=name))
        return name

    def constant(self, wish: str, data: NDArray[np.floating]) -> str:
        """Add a constant, and return its name."""
        name = fresh_name(wish, self.tensors)
        values = np.ascontiguousarray(data, np.float32)
        self.tensors[name] = Tensor(name, values.shape, data=values)
        return name

    def depthwise(
        self,
        node: Node,
        x: str,
        weight: NDArray[np.floating],
        bias: NDArray[np.floating] | None = None,
        clamp: Bounds = OPEN,
    ) -> Node:
        """Return x times a weight per channel, plus a bias, as the given node."""
        inputs = [x, self.constant(f"{node.output}.weight", weight.reshape(-1, 1, 1, 1))]
        if bias is not None:
            inputs.append(self.constant(f"{node.output}.bias", bias))
        own = {**_POINT, "group": len(weight)} | ({} if clamp == OPEN else {"clamp": clamp})
        return Node(node.name, "conv", tuple(inputs), node.output, own)


def _hardswish(parts: _Parts, node: Node) -> Node:
    gate = Node("", "hard_sigmoid", node.inputs, f"{node.output}.gate", _GATE)
    return Node(node.name, "mul", (node.inputs[0], parts.add(gate)), node.output)


_GATE: Mapping[str, Attribute] = MappingProxyType({"alpha": 1 / 6, "beta": 0.5})


def _prelu(parts: _Parts, node: Node) -> Node:
    x, slope = (parts.tensors[name] for name in node.inputs)
    if len(x.shape) != _IMAGE_AXES or slope.data is None:
        return node
    one = np.ones(int(x.shape[1]))
    slopes = np.broadcast_to(slope.data.reshape(-1), one.shape)
    above, below, scaled = (replace(node, output=f"{node.output}.{n}") for n in _PRELU_PARTS)
    positive = parts.add(parts.depthwise(above, x.name, one, clamp=(0.0, inf)))
    negative = parts.add(parts.depthwise(below, x.name, -one, clamp=(0.0, inf)))
    steeper = parts.add(parts.depthwise(scaled, negative, -slopes))
    return Node(node.name, "add", (positive, steeper), node.output)


_PRELU_PARTS = ("positive", "negative", "scaled")


def _sub(parts: _Parts, node: Node) -> Node:
    second = parts.tensors[node.inputs[1]]
    if second.data is not None:
        minus = parts.constant(f"{node.output}.minus", -second.data)
    elif len(second.shape) == _IMAGE_AXES:
        wish = replace(node, output=f"{node.output}.minus")
        minus = parts.add(parts.depthwise(wish, second.name, -np.ones(int(second.shape[1]))))
    else:
        return node
    return _element_wise(parts, replace(node, op="add", inputs=(node.inputs[0], minus)))


def _element_wise(parts: _Parts, node: Node) -> Node:
    """Scale, shift, or bring both inputs to the output's shape."""
    operands = [parts.tensors[name] for name in node.inputs]
    shape = parts.tensors[node.output].shape
    if len(shape) != _IMAGE_AXES:
        return node
    for x, other in (operands, operands[::-1]):
        if other.data is not None:
            return _with_constant(parts, node, x, other.data)
    inputs = tuple(_spread(parts, node, operand) for operand in operands)
    return replace(node, inputs=inputs)


def _with_constant(parts: _Parts, node: Node, x: Tensor, data: NDArray[np.floating]) -> Node:
    channels = int(parts.tensors[node.output].shape[1])
    aligned = data.reshape((1,) * (_IMAGE_AXES - data.ndim) + data.shape)
    is_per_channel = aligned.size == aligned.shape[1] and x.data is None
    if not is_per_channel or x.shape != parts.tensors[node.output].shape:
        return node
    values = np.broadcast_to(aligned.reshape(-1), (channels,))
    if node.op == "mul":
        return parts.depthwise(node, x.name, values, clamp=clamp_of(node))
    return parts.depthwise(node, x.name, np.ones(channels), values, clamp_of(node))


def _spread(parts: _Parts, node: Node, operand: Tensor) -> str:
    """Return an input's name once it has the output's shape."""
    _, channels, *image_hw = (0, *map(int, parts.tensors[node.output].shape[1:]))
    name, shape = operand.name, operand.shape
    if len(shape) != _IMAGE_AXES or shape[1:] == (channels, *image_hw):
        return name
    if shape[1] == 1 and channels > 1:
        ones = parts.constant(f"{node.output}.ones", np.ones((channels, 1, 1, 1)))
        attributes = {**_POINT, "group": 1}
        name = parts.add(Node("", "conv", (name, ones), f"{node.output}.channels", attributes))
    if prod(map(int, shape[2:])) == 1 and image_hw != [1, 1]:
        repeat = {**_REPEAT, "size_hw": (image_hw[0], image_hw[1])}
        name = parts.add(Node("", "resize", (name,), f"{node.output}.pixels", repeat))
    return name


_REPEAT: Mapping[str, Attribute] = MappingProxyType(
    {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
)

_COMPOSITIONS: Mapping[str, Callable[[_Parts, Node], Node]] = MappingProxyType(
    {
        "add": _element_wise,
        "hardswish": _hardswish,
        "mul": _element_wise,
        "prelu": _prelu,
        "sub": _sub,
    }
)
