"""The layers of a chain of nodes, as the accelerator computes them.

A layer is a max pool, if there is one, then a convolution or a dense layer with its ReLU.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, prod

import numpy as np

from compilers.ai8x.limits import Ai8xLimits
from compilers.op_parts.arguments import integer, integers
from compilers.op_parts.arithmetic import OPEN, clamp_of
from compilers.op_parts.window import size_words
from zoo.capability import Capability
from zoo.graph import Graph, Node, Tensor
from zoo.lowering import NodeView, Refusal, remedy_without
from zoo.scheme import Scheme
from zoo.target import Target

__all__ = ["Layer", "read_layers", "try_layers"]

UNIT = "CNN"
_OPS = ("conv", "dense", "max_pool", "reshape")
_RELU = (0.0, inf)
_CHAIN = "keep convolutions with ReLU, max pools before them and dense layers, one after the other"


@dataclass(frozen=True)
class Layer:
    """One layer. node: the convolution or dense layer.

    channels, height, width: of what it reads, before the pool.  pool: side of the windows, 1 for
    none.  kernel, pad: of a convolution, 1 and 0 for a dense layer.  flatten: whether a dense layer
    reads the pixels of an image.  outputs: channels.  output_height, output_width: 1 for a dense
    layer.  relu: whether negative results become 0.
    """

    node: Node
    channels: int
    height: int
    width: int
    pool: int
    kernel: int
    pad: int
    flatten: bool
    outputs: int
    output_height: int
    output_width: int
    relu: bool
    weight_bits: int
    has_bias: bool

    @property
    def is_dense(self) -> bool:
        """Whether it is a dense layer."""
        return self.node.op == "dense"

    @property
    def pooled(self) -> tuple[int, int]:
        """Height and width after the pool."""
        return self.height // self.pool, self.width // self.pool

    @property
    def weights(self) -> int:
        """Number of weights."""
        pixels = prod(self.pooled) if self.is_dense else self.kernel**2
        return self.channels * pixels * self.outputs

    @property
    def weight_bytes(self) -> int:
        """Size of the weights, packed."""
        return -(-self.weights * self.weight_bits // 8)

    @property
    def bias_bytes(self) -> int:
        """Size of the bias, one byte for each output."""
        return self.outputs if self.has_bias else 0


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
        self._count = 0  # of layers, refused ones included
        self._bytes = {"weights": 0, "bias": 0}

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
        self._count += 1
        layer = self._layer(view)
        self._pool = self._flat = None
        self.layers.append(layer)
        self._bytes["weights"] += layer.weight_bytes
        self._bytes["bias"] += layer.bias_bytes
        for problem, remedy in self._problems(view, layer):
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

    def _problems(self, view: NodeView, layer: Layer) -> Iterator[tuple[str, str]]:
        """Yield each limit that the layer exceeds, with a remedy."""
        limits = self._limits
        if view.node.op == "conv":
            yield from _kernel_problems(view)
        if clamp_of(view.node) not in (OPEN, _RELU) and not layer.relu:
            yield f"it clips to {clamp_of(view.node)}", "use a ReLU"
        if self._count > limits.layers_max:
            yield (
                f"it is layer {self._count}; the accelerator has {limits.layers_max}",
                "leave out layers, or build for c99",
            )
        if max(layer.channels, layer.outputs) > limits.channels_max:
            yield (
                f"it has {layer.channels} channels and {layer.outputs} outputs; at most "
                f"{limits.channels_max} are possible",
                "use fewer channels",
            )
        if layer.has_bias and layer.outputs > limits.biased_outputs_max:
            yield (
                f"{layer.outputs} outputs have a bias; at most {limits.biased_outputs_max} can",
                "leave out the bias, or use fewer outputs",
            )
        pixels = prod(layer.pooled)
        flat = layer.channels * pixels
        if layer.flatten and (flat > limits.flatten_max or pixels > limits.flatten_pixels_max):
            yield (
                f"it reads {flat} values of {pixels} pixels; at most {limits.flatten_max} and "
                f"{limits.flatten_pixels_max} are possible",
                "pool before it",
            )
        yield from self._memory_problems()

    def _memory_problems(self) -> Iterator[tuple[str, str]]:
        if self._bytes["weights"] > self._limits.weights_bytes:
            yield (
                f"with it the weights take {self._bytes['weights']} bytes; the accelerator holds "
                f"{self._limits.weights_bytes}",
                "use fewer channels, or weights of 4, 2 or 1 bits (Override, docs/quantization.md)",
            )
        if self._bytes["bias"] > self._limits.bias_bytes:
            yield (
                f"with it the biases take {self._bytes['bias']} bytes; the accelerator holds "
                f"{self._limits.bias_bytes}",
                "leave out biases",
            )


def _stores_relu(view: NodeView) -> bool:
    """Whether negative results become 0 and others stay, up to the largest integer."""
    if "range" in view.node.integer and view.output.quantization is not None:
        return view.fixed("range") == (0, view.output.quantization.qmax)
    return clamp_of(view.node) == _RELU


def _kernel_problems(view: NodeView) -> Iterator[tuple[str, str]]:
    node, kernel = view.node, tuple(int(size) for size in view.inputs[1].shape[2:])
    if integer(node, "group") != 1:
        yield (
            f"it has {integer(node, 'group')} groups; the accelerator's convolutions read every "
            "channel",
            "use a normal convolution instead of a depthwise or grouped one",
        )
    if kernel not in ((1, 1), (3, 3)) or set(integers(node, "dilations")) != {1}:
        yield (
            f"its kernel is {size_words(kernel, integers(node, 'dilations'))}; the accelerator has "
            "1x1 and 3x3",
            "use 3x3, twice for a 5x5, or 1x1",
        )
    if set(integers(node, "strides")) != {1}:
        yield (
            f"its strides are {integers(node, 'strides')}; the accelerator's are 1",
            "put a max pool before it instead",
        )
    pads = set(integers(node, "pads"))
    if len(pads) > 1 or max(pads) > (2 if kernel == (3, 3) else 0):
        yield (
            f"its pads are {integers(node, 'pads')}",
            "use the same on each side: 0 to 2 for 3x3, 0 for 1x1",
        )
