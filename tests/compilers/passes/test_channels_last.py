"""Images with channels last: back again it is the same graph, and what lies apart is known."""

from math import inf

import numpy as np
import pytest
from build_graph import build_graph
from every_op import PAIRS, every_op
from hypothesis import given
from random_graphs import float_graphs

from compilers.passes.channels_last import channels_first, channels_last, keeps_order
from compilers.passes.matrices import set_matrices_apart
from zoo.graph import Graph, Node, Tensor

IMAGE = ("N", 3, 4, 5)


def without_constants(graph: Graph) -> dict[str, Tensor]:
    return {name: tensor for name, tensor in graph.tensors.items() if not tensor.is_constant}


def assert_comes_back(graph: Graph) -> None:
    apart, _ = set_matrices_apart(graph)
    back = channels_first(channels_last(graph))
    assert back.nodes == apart.nodes
    assert without_constants(back) == without_constants(apart)


@pytest.mark.parametrize("pair", PAIRS)
def test_every_op_comes_back(pair):
    assert_comes_back(every_op(pair))


@given(float_graphs())
def test_random_graphs_come_back(graph):
    assert_comes_back(graph)


def test_shapes_axes_and_constants_change():
    nodes = [
        Node("join", "concat", ("x", "x"), "joined", {"axis": 1}),
        Node("bias", "add", ("joined", "c"), "biased"),
        Node("flat", "reshape", ("biased",), "y", {"shape": (120,)}),
    ]
    constants = {"c": np.arange(6, dtype=np.float32).reshape(6, 1, 1)}
    graph = channels_last(build_graph({"x": IMAGE}, nodes, ["y"], constants))
    assert (graph.tensors["x"].shape, graph.tensors["x"].layout) == (("N", 4, 5, 3), "NHWC")
    assert graph.nodes[0].attributes["axis"] == 3
    assert graph.tensors["c"].shape == (1, 1, 1, 6)
    assert (graph.tensors["y"].shape, graph.tensors["y"].layout) == (("N", 120), "")


def test_a_constant_that_is_read_in_two_ways_is_laid_apart():
    nodes = [
        Node("add", "add", ("x", "c"), "y"),
        Node("row", "add", ("r", "c"), "z"),
    ]
    constants = {"c": np.arange(5, dtype=np.float32)}
    graph = channels_last(build_graph({"x": IMAGE, "r": ("N", 5)}, nodes, ["y", "z"], constants))
    assert graph.nodes[0].inputs == ("x", "c.laid")
    assert graph.tensors["c.laid"].shape == (1, 1, 5, 1)
    assert graph.tensors["c"].shape == (5,)


def test_weights_and_slopes_stay():
    window = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1), "group": 1}
    nodes = [
        Node("conv", "conv", ("x", "w"), "c", {**window, "clamp": (0.0, inf)}),
        Node("slope", "prelu", ("c", "s"), "y"),
    ]
    constants = {
        "w": np.ones((2, 3, 1, 1), np.float32),
        "s": np.ones((2, 1, 1), np.float32),
    }
    graph = channels_last(build_graph({"x": IMAGE}, nodes, ["y"], constants))
    assert graph.tensors["w"].shape == (2, 3, 1, 1)
    assert graph.tensors["s"].shape == (2, 1, 1)


@pytest.mark.parametrize(
    ("shape", "layout", "wanted"),
    [
        ((1, 4, 5, 3), "NHWC", False),
        ((1, 1, 1, 3), "NHWC", True),
        ((1, 4, 5, 1), "NHWC", True),
        ((1, 3, 4, 5), "NCHW", True),
        ((1, 60), "", True),
    ],
)
def test_order_is_kept_by_one_pixel_or_channel(shape, layout, wanted):
    assert keeps_order(Tensor("x", shape, layout=layout)) is wanted
