"""MobileNetV2 (Sandler et al. 2018) with random weights, without its classifier."""

import numpy as np
from build_graph import build_graph

from zoo.graph import Graph, Node

__all__ = ["mobilenet_v2"]

_BLOCKS = (
    # Table 2: expansion, channels, repeats, stride of the first.
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


class _Growth:
    def __init__(self, width: float) -> None:
        self.width, self.random = width, np.random.default_rng(0)
        self.nodes: list[Node] = []
        self.constants: dict[str, np.ndarray] = {}

    def channels(self, count: int) -> int:
        """Return the width's share, a multiple of 8 that is at least 90 % of it."""
        share = count * self.width
        rounded = max(8, int(share + 4) // 8 * 8)
        return rounded + 8 if rounded < 0.9 * share else rounded

    def conv(
        self, x: str, shape: tuple[int, ...], stride: int = 1, group: int = 1, relu6: bool = True
    ) -> str:
        """Add a convolution of a kernel [K, C, k, k], padded by half its size."""
        index, pad = len(self.nodes), shape[2] // 2
        weight, bias = f"weight{index}", f"bias{index}"
        scale = np.sqrt(2 / np.prod(shape[1:]))
        self.constants[weight] = (scale * self.random.standard_normal(shape)).astype(np.float32)
        self.constants[bias] = (0.1 * self.random.standard_normal(shape[0])).astype(np.float32)
        attributes = {
            "strides": (stride, stride),
            "pads": (pad,) * 4,
            "dilations": (1, 1),
            "group": group,
            **({"clamp": (0.0, 6.0)} if relu6 else {}),
        }
        self.nodes.append(Node(f"conv{index}", "conv", (x, weight, bias), f"y{index}", attributes))
        return f"y{index}"

    def block(self, x: str, before: int, expansion: int, after: int, stride: int) -> str:
        """Add an inverted residual."""
        inner, y = before * expansion, x
        if expansion > 1:
            y = self.conv(y, (inner, before, 1, 1))
        y = self.conv(y, (inner, 1, 3, 3), stride, inner)
        y = self.conv(y, (after, inner, 1, 1), relu6=False)
        if stride > 1 or before != after:
            return y
        index = len(self.nodes)
        self.nodes.append(Node(f"add{index}", "add", (x, y), f"y{index}", {}))
        return f"y{index}"


def mobilenet_v2(width: float = 0.5, size: int = 224, outputs: int = 5) -> Graph:
    """Return the network: [1, 3, size, size] to [1, outputs, size / 32, size / 32].

    width: multiplies the channels.
    """
    growth = _Growth(width)
    before = growth.channels(32)
    x = growth.conv("image", (before, 3, 3, 3), 2)
    for expansion, count, repeats, first_stride in _BLOCKS:
        after = growth.channels(count)
        for index in range(repeats):
            x = growth.block(x, before, expansion, after, 1 if index else first_stride)
            before = after
    x = growth.conv(x, (128, before, 1, 1))
    x = growth.conv(x, (outputs, 128, 1, 1), relu6=False)
    image = {"image": (1, 3, size, size)}
    return build_graph(image, growth.nodes, [x], growth.constants)
