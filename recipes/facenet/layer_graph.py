"""A variant's float network as a Graph without trained weights, for what depends on sizes alone."""

from collections.abc import Mapping
from math import inf
from types import MappingProxyType

import numpy as np

from recipes.facenet.variants import CLASSES, Variant
from zoo.graph import Attribute, Graph, Node, Shape, Tensor

__all__ = ["layer_graph"]

_CONVOLUTION: Mapping[str, Attribute] = MappingProxyType(
    {
        "strides": (1, 1),
        "pads": (1, 1, 1, 1),
        "dilations": (1, 1),
        "group": 1,
        "clamp": (0.0, inf),
    }
)
_POOL: Mapping[str, Attribute] = MappingProxyType(
    {"kernel": (2, 2), "strides": (2, 2), "pads": (0, 0, 0, 0), "dilations": (1, 1)}
)


def layer_graph(variant: Variant) -> Graph:
    """Return 'image' [N, C, H, W] -> 'logits' [N, 2]; its weights are 1, as is the only bias."""
    made = _Made(Tensor("image", ("N", *variant.input_shape), layout="NCHW"))
    channels, side, _ = variant.input_shape
    for index, outputs in enumerate(variant.channels):
        if index:
            side //= 2
            made.add("max_pool", f"pool{index}", ("N", channels, side, side), _POOL)
        weight = made.constant(f"conv{index}.weight", (outputs, channels, 3, 3))
        made.add("conv", f"conv{index}", ("N", outputs, side, side), _CONVOLUTION, weight)
        channels = outputs
    flat = channels * side**2
    made.add("reshape", "flatten", ("N", flat), {"shape": (flat,)})
    weight = made.constant("classes.weight", (len(CLASSES), flat))
    bias = made.constant("classes.bias", (len(CLASSES),))
    made.add("dense", "logits", ("N", len(CLASSES)), {}, weight, bias)
    return Graph(variant.name, ("image",), ("logits",), made.tensors, tuple(made.nodes))


class _Made:
    """A chain of nodes, each named as its output."""

    def __init__(self, source: Tensor) -> None:
        self.tensors, self.nodes = {source.name: source}, list[Node]()
        self._last = source.name

    def constant(self, name: str, shape: tuple[int, ...]) -> str:
        """Add a tensor of 1s and return its name."""
        self.tensors[name] = Tensor(name, shape, data=np.ones(shape, np.float32))
        return name

    def add(
        self, op: str, name: str, shape: Shape, attributes: Mapping[str, Attribute], *inputs: str
    ) -> None:
        """Add a node that reads the one before it and `inputs`. shape: of its output."""
        layout = "NCHW" if len(shape) == 4 else ""
        self.tensors[name] = Tensor(name, shape, layout=layout)
        self.nodes.append(Node(name, op, (self._last, *inputs), name, attributes))
        self._last = name
