"""Networks written out, for tests that need a certain one."""

from math import inf

import numpy as np

from zoo.graph import Graph, Node, Tensor

__all__ = ["residual_network", "two_layers"]


def residual_network(channels: int = 4, size: int = 6) -> Graph:
    """Return a network of the PFLD kind with random weights: all core ops, once each.

    size: of its image and of all activations before the pool.
    """
    random = np.random.default_rng(0)
    window = {"strides": (1, 1), "pads": (1, 1, 1, 1), "dilations": (1, 1)}
    pointwise = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1), "group": 1}
    pool = {"kernel": (size, size), "strides": (1, 1), "pads": (0, 0, 0, 0), "count_include_pad": 0}
    activations = {
        "image": (3, size, size),
        "stem": (channels, size, size),
        "depthwise": (channels, size, size),
        "pointwise": (channels, size, size),
        "residual": (channels, size, size),
        "joined": (2 * channels, size, size),
        "clipped": (2 * channels, size, size),
        "pooled": (2 * channels, 1, 1),
        "flat": (2 * channels,),
        "landmarks": (10,),
    }
    weights = {
        "stem.weight": (channels, 3, 3, 3),
        "stem.bias": (channels,),
        "depthwise.weight": (channels, 1, 3, 3),
        "pointwise.weight": (channels, channels, 1, 1),
        "pointwise.bias": (channels,),
        "fc.weight": (10, 2 * channels),
        "fc.bias": (10,),
    }
    tensors = {name: _activation(name, shape) for name, shape in activations.items()}
    for name, shape in weights.items():
        data = (random.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32)
        tensors[name] = Tensor(name, shape, data=data)
    relu = {"clamp": (0.0, inf)}
    nodes = (
        _node("conv", "stem", "image stem.weight stem.bias", {**window, "group": 1, **relu}),
        _node("conv", "depthwise", "stem depthwise.weight", {**window, "group": channels, **relu}),
        _node("conv", "pointwise", "depthwise pointwise.weight pointwise.bias", pointwise),
        _node("add", "residual", "stem pointwise", {}),
        _node("concat", "joined", "stem residual", {"axis": 1}),
        _node("clip", "clipped", "joined", {"low": 0.0, "high": 6.0}),
        _node("average_pool", "pooled", "clipped", {**pool, "keep_axes": 1}),
        _node("reshape", "flat", "pooled", {"shape": (2 * channels,)}),
        _node("dense", "landmarks", "flat fc.weight fc.bias", {}),
    )
    return Graph("residual", ("image",), ("landmarks",), tensors, nodes, {"zoo.model": "test"})


def two_layers() -> Graph:
    """Return a network that every board takes: a convolution and a dense layer."""
    random = np.random.default_rng(0)
    tensors = {
        name: _activation(name, shape)
        for name, shape in {
            "image": (3, 6, 6),
            "stem": (4, 6, 6),
            "flat": (144,),
            "landmarks": (10,),
        }.items()
    }
    for name, shape in {"stem.weight": (4, 3, 3, 3), "fc.weight": (10, 144)}.items():
        data = (random.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32)
        tensors[name] = Tensor(name, shape, data=data)
    window = {"strides": (1, 1), "pads": (1, 1, 1, 1), "dilations": (1, 1), "group": 1}
    nodes = (
        _node("conv", "stem", "image stem.weight", {**window, "clamp": (0.0, inf)}),
        _node("reshape", "flat", "stem", {"shape": (144,)}),
        _node("dense", "landmarks", "flat fc.weight", {}),
    )
    return Graph("two layers", ("image",), ("landmarks",), tensors, nodes, {"zoo.model": "test"})


def _activation(name: str, shape: tuple[int, ...]) -> Tensor:
    return Tensor(name, ("N", *shape), layout="NCHW" if len(shape) == 3 else "")


def _node(op: str, output: str, inputs: str, attributes: dict) -> Node:
    return Node(f"{output}_{op}", op, tuple(inputs.split()), output, attributes)
