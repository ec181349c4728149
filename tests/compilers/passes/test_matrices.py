"""Matrices with four axes keep their order where images become channels last."""

import numpy as np
from build_graph import build_graph

from compilers.passes.channels_last import channels_first, channels_last
from compilers.passes.matrices import set_matrices_apart
from compilers.passes.verify import run_passes
from compilers.reference import run_graph
from zoo.graph import Graph, Node

TOKENS = ("N", 6, 8)
HEADS = {"permutation": (0, 2, 1, 3)}
WINDOW = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1), "group": 1}


def _attention() -> Graph:
    """Two heads of attention over six tokens, each its own query, key and value."""
    nodes = [
        Node("split", "reshape", ("x",), "split", {"shape": (6, 2, 4)}),
        Node("query", "transpose", ("split",), "query", HEADS),
        Node("key", "transpose", ("split",), "key", {"permutation": (0, 2, 3, 1)}),
        Node("scores", "matmul", ("query", "key"), "scores"),
        Node("scaled", "add", ("scores", "places"), "scaled"),
        Node("softmax", "softmax", ("scaled",), "weights", {"axis": 3}),
        Node("values", "matmul", ("weights", "query"), "values"),
        Node("joined", "transpose", ("values",), "joined", HEADS),
        Node("y", "reshape", ("joined",), "y", {"shape": (6, 8)}),
    ]
    places = np.random.default_rng(1).standard_normal((2, 6, 6)).astype(np.float32)
    return build_graph({"x": TOKENS}, nodes, ["y"], {"places": places})


def _image_by_itself() -> Graph:
    """A product of an image that a convolution computes; the network gives it, too."""
    nodes = [
        Node("conv", "conv", ("x", "w"), "image", WINDOW),
        Node("turn", "transpose", ("image",), "turned", {"permutation": (0, 1, 3, 2)}),
        Node("product", "matmul", ("image", "turned"), "product"),
        Node("twice", "matmul", ("image", "product"), "y"),
    ]
    return build_graph({"x": ("N", 3, 5, 5)}, nodes, ["y"], {"w": np.ones((2, 3, 1, 1), "f")})


def test_attention_is_not_turned():
    laid = run_passes(_attention(), (channels_last,))
    inside = ("split", "query", "key", "scores", "scaled", "weights", "values", "joined")
    assert {laid.tensors[name].layout for name in inside} == {"NCHW"}
    assert laid.nodes == _attention().nodes
    assert laid.tensors["places"].shape == (2, 6, 6)
    np.testing.assert_equal(channels_first(laid).nodes, laid.nodes)


def test_an_image_is_turned_before_and_after_a_product():
    laid = run_passes(_image_by_itself(), (channels_last,))
    turns = {node.output: node for node in laid.nodes if node.name.endswith("/turn")}
    assert turns.keys() == {"image.matrix", "turned.matrix", "y"}
    assert turns["image.matrix"].attributes["permutation"] == (0, 3, 1, 2)
    assert turns["y"].attributes["permutation"] == (0, 2, 3, 1)
    assert laid.tensors["product"].layout == laid.tensors["image.matrix"].layout == "NCHW"
    assert laid.tensors["image"].layout == laid.tensors["y"].layout == "NHWC"


def test_turns_change_nothing():
    graph = _image_by_itself()
    back = channels_first(channels_last(graph))
    feeds = {"x": np.random.default_rng(2).standard_normal((2, 3, 5, 5)).astype(np.float32)}
    np.testing.assert_array_equal(run_graph(back, feeds)["y"], run_graph(graph, feeds)["y"])


def test_networks_without_products_stay():
    nodes = [Node("softmax", "softmax", ("x",), "y", {"axis": 1})]
    graph = build_graph({"x": ("N", 3, 4, 5)}, nodes, ["y"])
    assert set_matrices_apart(graph) == (graph, frozenset())
