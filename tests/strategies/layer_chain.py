"""Networks as the MAX78000 runs them: 3x3 convolutions, pools before them, a dense layer."""

from collections.abc import Mapping, Sequence
from math import inf

import numpy as np
from build_graph import build_graph

from zoo.graph import Attribute, Graph, Node

__all__ = ["CONV", "POOL", "SEEDS", "layer_chain"]

CONV: Mapping[str, Attribute] = {
    "strides": (1, 1),
    "pads": (1, 1, 1, 1),
    "dilations": (1, 1),
    "group": 1,
    "clamp": (0.0, inf),
}
POOL: Mapping[str, Attribute] = {
    "kernel": (2, 2),
    "strides": (2, 2),
    "pads": (0, 0, 0, 0),
    "dilations": (1, 1),
}

SEEDS: Mapping[str, tuple[tuple[int, ...], tuple[int, int]]] = {
    "v1": ((4, 8, 16, 32, 32), (3, 88)),
    "v2": ((8, 16, 32, 64, 64, 64), (3, 88)),
    "v5": ((8, 16, 32, 64), (48, 22)),
    "v6": ((4, 4, 4, 8, 16), (3, 88)),
    "v7": ((1, 2, 4, 8, 16), (3, 88)),
}
"""Channels of each convolution, and channels and side of the input, by network."""


def layer_chain(
    channels: Sequence[int], source: tuple[int, int] = (3, 16), *, seed: int = 0, bias: bool = False
) -> Graph:
    """Return the float network 'image' -> 'logits' [N, 2], with random weights.

    source: channels and side of the input.  bias: of the convolutions, too.
    """
    random = np.random.default_rng(seed)
    constants, nodes, value = {}, [], "image"
    depth, side = source
    for index, count in enumerate(channels):
        if index:
            nodes.append(Node(f"pool{index}", "max_pool", (value,), f"pool{index}", POOL))
            value, side = f"pool{index}", side // 2
        name = f"conv{index}"
        fan = (2 / (9 * depth)) ** 0.5
        constants[f"{name}.weight"] = random.normal(0, fan, (count, depth, 3, 3))
        inputs = (value, f"{name}.weight")
        if bias:
            constants[f"{name}.bias"] = random.normal(0, 0.1, count)
            inputs += (f"{name}.bias",)
        nodes.append(Node(name, "conv", inputs, name, CONV))
        value, depth = name, count
    flat = depth * side * side
    nodes.append(Node("flatten", "reshape", (value,), "flat", {"shape": (flat,)}))
    constants["head.weight"] = random.normal(0, flat**-0.5, (2, flat))
    constants["head.bias"] = random.normal(0, 0.1, 2)
    nodes.append(Node("head", "dense", ("flat", "head.weight", "head.bias"), "logits"))
    stored = {name: values.astype(np.float32) for name, values in constants.items()}
    return build_graph({"image": ("N", source[0], source[1], source[1])}, nodes, ["logits"], stored)
