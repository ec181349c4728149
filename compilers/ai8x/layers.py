"""The layers of a chain of nodes, as the accelerator computes them.

A layer is a max pool, if there is one, then a convolution or a dense layer with its ReLU.
"""

from collections.abc import Iterator

import numpy as np

from compilers.ai8x.layer import Layer
from compilers.ai8x.layer_problems import RELU, layer_problems, network_problems
from compilers.ai8x.limits import Ai8xLimits
from compilers.op_parts.arguments import integers
from compilers.op_parts.arithmetic import clamp_of
from zoo.capability import Capability
from zoo.graph import Graph, Node, Tensor
from zoo.lowering import NodeView, Refusal, remedy_without
from zoo.scheme import Scheme
from zoo.target import Target

__all__ = ["read_layers", "try_layers"]

UNIT = "CNN"
_OPS = ("conv", "dense", "max_pool", "reshape")
_CHAIN = "keep convolutions with ReLU, max pools before them and dense layers, one after the other"


def read_layers(graph: Graph, target: Target, scheme: Scheme) -> tuple[Layer, ...]:
    """Return the layers of a float or integer graph.

    target: says the accelerator's limits.  scheme: says the weights' bits of a float graph.
    Raises Refusal naming the first node that the accelerator cannot compute.
    """
    reader = _Reader(graph, target, scheme)
    for node in reader.nodes():
        reader.take(node)
    return tuple(reader.layers)


def try_layers(
    graph: Graph, target: Target, scheme: Scheme
) -> tuple[tuple[Capability, ...], tuple[Layer, ...]]:
    """Return an entry for each node within the border, and the layers, refused ones too."""
    reader = _Reader(graph, target, scheme)
    found = tuple(map(reader.capability, reader.nodes()))
    return found, tuple(reader.layers)


class _Reader:
    """Takes the nodes in order."""

    def __init__(self, graph: Graph, target: Target, scheme: Scheme) -> None:
        self.layers: list[Layer] = []
        self._graph, self._target, self._scheme = graph, target, scheme
        self._limits = Ai8xLimits.of(target)
        self._pool: Node | None = None
        self._flat: Node | None = None
        self._at = ""  # the tensor that the next node reads

    def nodes(self) -> Iterator[Node]:
        """Yield the nodes between the borders."""
        for node in self._graph.nodes:
            if node.op in ("quantize", "dequantize"):
                continue
            self._at = self._at or node.inputs[0]
            yield node

    def capability(self, node: Node) -> Capability:
        """Return what runs a node, and take it."""
        try:
            self.take(node)
        except Refusal as refusal:
            return refusal.capability
        return Capability(node.name, node.op, UNIT)

    def take(self, node: Node) -> None:
        """Add a node to the layer in progress; raises Refusal."""
        view, source, self._at = NodeView(self._graph, node), self._at, node.output
        if node.op not in _OPS:
            remedy = remedy_without(view, self._target, _CHAIN)
            view.refuse(f"the accelerator's layers have no '{node.op}'", remedy)
        if node.inputs[0] != source or len(self._graph.consumers(node.output)) > 1:
            view.refuse("it is a branch; the layers here are a chain", _CHAIN)
        if node.op == "max_pool":
            self._take_pool(view)
        elif node.op == "reshape":
            self._take_reshape(view)
        else:
            self._take_layer(view)

    def _take_pool(self, view: NodeView) -> None:
        kernel, strides = integers(view.node, "kernel"), integers(view.node, "strides")
        plain = not any(integers(view.node, "pads")) and set(kernel) == set(strides)
        if not plain or len(set(kernel)) > 1 or kernel[0] > self._limits.pool_max:
            view.refuse(
                f"its windows are {kernel}, its strides {strides}, its pads "
                f"{integers(view.node, 'pads')}",
                f"use square windows up to {self._limits.pool_max}, as far apart as they are "
                "large, without pads",
            )
        if self._pool or self._flat or not self._graph.consumers(view.node.output):
            view.refuse("no convolution follows; pools are part of the next layer", _CHAIN)
        self._pool = view.node

    def _take_reshape(self, view: NodeView) -> None:
        readers = [node.op for node in self._graph.consumers(view.node.output)]
        if len(view.output.shape) != 2 or readers != ["dense"]:
            view.refuse(f"it makes {view.output.shape}, read by {readers}", "flatten before dense")
        if self._pool:
            view.refuse(
                "a pool is before it, and layers pool or flatten, not both",
                "put a convolution between pool and dense layer",
            )
        self._flat = view.node

    def _take_layer(self, view: NodeView) -> None:
        layer = self._layer(view)
        self._pool = self._flat = None
        self.layers.append(layer)
        for problem, remedy in layer_problems(view, layer, self._limits):
            view.refuse(problem, remedy)
        for problem, remedy in network_problems(self.layers, self._limits):
            view.refuse(problem, remedy)

    def _layer(self, view: NodeView) -> Layer:
        node, weight = view.node, view.inputs[1]
        first = self._pool or self._flat or node
        source = self._graph.tensors[first.inputs[0]].shape
        channels, height, width = (*(int(size) for size in source[1:]), 1, 1)[:3]
        _, outputs, *rest = (
            int(size) if isinstance(size, int) else 1 for size in view.output.shape
        )
        spatial = (*rest, 1, 1)[:2]
        is_conv = node.op == "conv"
        bias = view.inputs[2].data if len(view.inputs) > 2 else None
        return Layer(
            node=node,
            channels=channels,
            height=height,
            width=width,
            pool=integers(self._pool, "kernel")[0] if self._pool else 1,
            kernel=int(weight.shape[2]) if is_conv else 1,
            pad=integers(node, "pads")[0] if is_conv else 0,
            flatten=self._flat is not None and height * width > 1,
            outputs=outputs,
            output_height=spatial[0],
            output_width=spatial[1],
            relu=_stores_relu(view),
            weight_bits=self._bits(node, weight),
            has_bias=bias is not None and bool(np.any(bias)),
        )

    def _bits(self, node: Node, weight: Tensor) -> int:
        if weight.quantization is not None:
            return weight.quantization.bits
        return self._scheme.at(node.name, weight.name).weight_bits


def _stores_relu(view: NodeView) -> bool:
    """Whether negative results become 0 and others stay, up to the largest integer."""
    if "range" in view.node.integer and view.output.quantization is not None:
        return view.fixed("range") == (0, view.output.quantization.qmax)
    return clamp_of(view.node) == RELU
