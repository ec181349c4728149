"""Channels-last images for chips, decided once for all back ends.

This changes shapes, layouts, axes in attributes, and constants that are added to images or
multiplied with them. Weights are unchanged, since each back end has its own weight layout. A
reshape
keeps its NCHW semantics: the layouts of its input and output show whether values must be moved
(`keeps_order`).
"""

import math
from collections.abc import Container, Iterator
from dataclasses import replace

from compilers.fresh_name import fresh_name
from compilers.op_table import find_op
from zoo.graph import Graph, Node, Tensor
from zoo.layout import CHANNELS_FIRST, CHANNELS_LAST, reordered

__all__ = ["channels_first", "channels_last", "keeps_order"]

_IMAGE_AXES = len(CHANNELS_LAST)
_ORDERS = {"NHWC": CHANNELS_LAST, "NCHW": CHANNELS_FIRST}
"""From the other layout."""


def channels_last(graph: Graph) -> Graph:
    """Return the graph with images [N, H, W, C]."""
    return _laid(graph, "NHWC")


def channels_first(graph: Graph) -> Graph:
    """Return the graph after `channels_last`, with four-axis constants."""
    return _laid(graph, "NCHW")


def keeps_order(tensor: Tensor) -> bool:
    """Whether the values are in NCHW order: always with a single pixel or channel."""
    *pixels, channels = (int(size) for size in tensor.shape[1:])
    return tensor.layout != "NHWC" or math.prod(pixels) == 1 or channels == 1


def _laid(graph: Graph, layout: str) -> Graph:
    order = _ORDERS[layout]
    tensors = {
        name: tensor if tensor.is_constant else _image(tensor, layout)
        for name, tensor in graph.tensors.items()
    }
    nodes = []
    for node in graph.nodes:
        names = {name: _own_name(graph, name, tensors) for name in _operands(graph, node)}
        for name, own in names.items():
            tensors[own] = replace(_constant(graph.tensors[name], layout), name=own)
        laid = replace(node, inputs=tuple(names.get(name, name) for name in node.inputs))
        between = _is_between_images(graph, node)
        nodes.append(find_op(node.op).reorder(laid, order) if between else laid)
    return replace(graph, tensors=tensors, nodes=tuple(nodes)).replace(nodes)


def _image(tensor: Tensor, layout: str) -> Tensor:
    if len(tensor.shape) != _IMAGE_AXES:
        return tensor
    return replace(tensor, shape=reordered(tensor.shape, _ORDERS[layout]), layout=layout)


def _constant(tensor: Tensor, layout: str) -> Tensor:
    """Return a constant that broadcasts against images, with all four axes."""
    assert tensor.data is not None
    missing, order, grid = _IMAGE_AXES - tensor.data.ndim, _ORDERS[layout], tensor.quantization
    data = tensor.data.reshape((1,) * missing + tensor.data.shape).transpose(order)
    if grid is not None and grid.axis is not None:
        grid = replace(grid, axis=order.index(grid.axis + missing))
    return replace(tensor, shape=data.shape, layout=layout, quantization=grid, data=data)


def _own_name(graph: Graph, constant: str, taken: Container[str]) -> str:
    """Return the name of a reordered constant: a new one if it is also read unchanged."""
    readers = graph.consumers(constant)
    if all(constant in _operands(graph, reader) for reader in readers):
        return constant
    return fresh_name(f"{constant}.laid", taken)


def _operands(graph: Graph, node: Node) -> Iterator[str]:
    """Yield the constants that a node combines with images: no weights, scalars or slopes."""
    op = find_op(node.op)
    if len(graph.tensors[node.output].shape) == _IMAGE_AXES:
        for index, name in enumerate(node.inputs[: op.weight_input]):
            data = graph.tensors[name].data
            if data is not None and data.size > 1 and index not in op.float_inputs:
                yield name


def _is_between_images(graph: Graph, node: Node) -> bool:
    names = (node.inputs[0], node.output)
    return all(len(graph.tensors[name].shape) == _IMAGE_AXES for name in names)
