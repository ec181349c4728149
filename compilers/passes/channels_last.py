"""Channels-last images for chips, decided once for all back ends.

This changes shapes, layouts, axes in attributes, and constants that are added to images or
multiplied with them. Weights are unchanged, since each back end has its own weight layout. A
reshape
keeps its NCHW semantics: the layouts of its input and output show whether values must be moved
(`keeps_order`).

Matrices with four axes (compilers.passes.matrices) are no images and stay as they are.
"""

import math
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace

from compilers.fresh_name import fresh_name
from compilers.op_parts.arguments import integers
from compilers.op_table import find_op
from compilers.passes.matrices import set_matrices_apart
from zoo.graph import Graph, Node, Tensor
from zoo.layout import CHANNELS_FIRST, CHANNELS_LAST, reordered

__all__ = ["channels_first", "channels_last", "keeps_order"]

_IMAGE_AXES = len(CHANNELS_LAST)
_IN_PLACE = tuple(range(_IMAGE_AXES))


def channels_last(graph: Graph) -> Graph:
    """Return the graph with images [N, H, W, C]."""
    graph, matrices = set_matrices_apart(graph)
    return _Layout(graph, "NHWC", CHANNELS_LAST, matrices).laid()


def channels_first(graph: Graph) -> Graph:
    """Return the graph after `channels_last`, with four-axis constants."""
    matrices = frozenset(name for name, t in graph.tensors.items() if t.layout == "NCHW")
    return _Layout(graph, "NCHW", CHANNELS_FIRST, matrices).laid()


def keeps_order(tensor: Tensor) -> bool:
    """Whether the values are in NCHW order: always with a single pixel or channel."""
    *pixels, channels = (int(size) for size in tensor.shape[1:])
    return tensor.layout != "NHWC" or math.prod(pixels) == 1 or channels == 1


@dataclass(frozen=True)
class _Layout:
    """Another layout of a graph's images. order: from the present one. matrices: no images."""

    graph: Graph
    layout: str
    order: tuple[int, ...]
    matrices: Container[str]

    def laid(self) -> Graph:
        graph = self.graph
        tensors = {
            name: tensor if tensor.is_constant else self._activation(tensor)
            for name, tensor in graph.tensors.items()
        }
        nodes = []
        for node in graph.nodes:
            names = {name: self._own_name(name, tensors) for name in self._operands(node)}
            for name, own in names.items():
                tensors[own] = replace(self._constant(graph.tensors[name]), name=own)
            laid = replace(node, inputs=tuple(names.get(name, name) for name in node.inputs))
            nodes.append(self._node(laid, node.inputs[0]))
        return replace(graph, tensors=tensors, nodes=tuple(nodes)).replace(nodes)

    def _is_image(self, name: str) -> bool:
        return len(self.graph.tensors[name].shape) == _IMAGE_AXES and name not in self.matrices

    def _activation(self, tensor: Tensor) -> Tensor:
        if not self._is_image(tensor.name):
            return tensor
        return replace(tensor, shape=reordered(tensor.shape, self.order), layout=self.layout)

    def _constant(self, tensor: Tensor) -> Tensor:
        """Return a constant that broadcasts against images, with all four axes."""
        assert tensor.data is not None
        missing, grid = _IMAGE_AXES - tensor.data.ndim, tensor.quantization
        data = tensor.data.reshape((1,) * missing + tensor.data.shape).transpose(self.order)
        if grid is not None and grid.axis is not None:
            grid = replace(grid, axis=self.order.index(grid.axis + missing))
        return replace(tensor, shape=data.shape, layout=self.layout, quantization=grid, data=data)

    def _own_name(self, constant: str, taken: Container[str]) -> str:
        """Return the name of a reordered constant: a new one if it is also read unchanged."""
        readers = self.graph.consumers(constant)
        if all(constant in self._operands(reader) for reader in readers):
            return constant
        return fresh_name(f"{constant}.laid", taken)

    def _operands(self, node: Node) -> Iterator[str]:
        """Yield the constants that a node combines with images: no weights, scalars or slopes."""
        op = find_op(node.op)
        if self._is_image(node.output):
            for index, name in enumerate(node.inputs[: op.weight_input]):
                data = self.graph.tensors[name].data
                if data is not None and data.size > 1 and index not in op.float_inputs:
                    yield name

    def _node(self, node: Node, source: str) -> Node:
        """Return the node with its axes renamed. source: its first input before."""
        if node.op == "transpose" and self._is_image(source) != self._is_image(node.output):
            read, written = (
                self.order if self._is_image(name) else _IN_PLACE for name in (source, node.output)
            )
            permutation = integers(node, "permutation")
            moved = tuple(read.index(permutation[axis]) for axis in written)
            return node.with_attributes(permutation=moved)
        if self._is_image(source) and self._is_image(node.output):
            return find_op(node.op).reorder(node, self.order)
        return node
