"""Constants that are added to weighted sums, and those that are no biases."""

import numpy as np
import pytest
from build_graph import build_graph

from compilers.passes.fuse_bias import fuse_bias
from zoo.graph import Graph, Node

RANDOM = np.random.default_rng(0)
WEIGHT = RANDOM.standard_normal((4, 6)).astype(np.float32)
BIAS = RANDOM.standard_normal(4).astype(np.float32)
ADD = Node("add", "add", ("d", "b"), "y")


def _graph(*nodes: Node, bias: np.ndarray = BIAS) -> Graph:
    return build_graph({"x": ("N", 6)}, nodes, ("y",), {"w": WEIGHT, "b": bias})


@pytest.mark.parametrize("shape", [(4,), (1, 4)])
@pytest.mark.parametrize("order", [("d", "b"), ("b", "d")])
def test_bias_joins_the_dense_layer(same_outputs, shape, order):
    before = _graph(
        Node("fc", "dense", ("x", "w"), "d"),
        Node("add", "add", order, "y"),
        bias=BIAS.reshape(shape),
    )
    expected = _graph(Node("fc", "dense", ("x", "w", "b"), "y"))
    assert fuse_bias(before) == expected
    same_outputs(before, expected)


def test_bias_joins_the_convolution(same_outputs):
    window = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1), "group": 1}
    image, weight = {"x": ("N", 6, 3, 3)}, WEIGHT.reshape(4, 6, 1, 1)
    before = build_graph(
        image,
        (Node("conv", "conv", ("x", "w"), "d", window), ADD),
        ("y",),
        {"w": weight, "b": BIAS.reshape(4, 1, 1)},
    )
    expected = build_graph(
        image,
        (Node("conv", "conv", ("x", "w", "b"), "y", window),),
        ("y",),
        {"w": weight, "b": BIAS},
    )
    assert fuse_bias(before) == expected
    same_outputs(before, expected)


@pytest.mark.parametrize("again", [False, True])
def test_a_second_bias_is_added_to_the_first(same_outputs, again):
    """A layer of scales and offsets, as Caffe and dlib have it, leaves such a sum."""
    own = RANDOM.standard_normal(4).astype(np.float32)
    nodes = (Node("fc", "dense", ("x", "w", "own"), "d"), ADD)
    more = (Node("also", "dense", ("x", "w", "own"), "z"),) if again else ()
    outputs = ("y", "z") if again else ("y",)
    constants = {"w": WEIGHT, "b": BIAS, "own": own}
    before = build_graph({"x": ("N", 6)}, (*nodes, *more), outputs, constants)
    after = fuse_bias(before)
    (fused, *rest) = after.nodes
    assert fused == Node("fc", "dense", ("x", "w", "b"), "y")
    assert tuple(rest) == more
    assert after.tensors["b"].data == pytest.approx(BIAS + own)
    same_outputs(before, after, 1e-6)


def test_a_bias_behind_a_clamp_stays():
    before = _graph(Node("fc", "dense", ("x", "w"), "d", {"clamp": (0.0, 1.0)}), ADD)
    assert fuse_bias(before) == before


def test_numbers_for_all_channels_stay():
    before = _graph(Node("fc", "dense", ("x", "w"), "d"), ADD, bias=BIAS[:1])
    assert fuse_bias(before) == before


def test_constants_that_something_else_reads_stay():
    again = Node("again", "add", ("x", "b"), "z")
    before = build_graph(
        {"x": ("N", 4)},
        (Node("fc", "dense", ("x", "w"), "d"), ADD, again),
        ("y", "z"),
        {"w": WEIGHT[:, :4].copy(), "b": BIAS.reshape(1, 4)},
    )
    assert fuse_bias(before) == before


def test_sums_of_two_activations_stay():
    before = build_graph(
        {"x": ("N", 6), "z": ("N", 4)},
        (Node("fc", "dense", ("x", "w"), "d"), Node("add", "add", ("d", "z"), "y")),
        ("y",),
        {"w": WEIGHT},
    )
    assert fuse_bias(before) == before
