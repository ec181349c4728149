"""Clips that join the node before them, and those that must not."""

from math import inf

import numpy as np
import pytest
from build_graph import build_graph

from compilers.passes.fuse_clamp import fuse_clamp
from zoo.graph import Graph, Node

WEIGHT = {"w": np.random.default_rng(0).standard_normal((4, 6)).astype(np.float32)}
RELU = {"low": 0.0, "high": inf}


def _graph(*nodes: Node, outputs: tuple[str, ...] = ("y",)) -> Graph:
    return build_graph({"x": ("N", 6)}, nodes, outputs, WEIGHT)


def test_relu_joins_the_dense_layer(same_outputs):
    before = _graph(
        Node("fc", "dense", ("x", "w"), "d"),
        Node("act", "clip", ("d",), "y", RELU),
    )
    expected = _graph(Node("fc", "dense", ("x", "w"), "y", {"clamp": (0.0, inf)}))
    assert fuse_clamp(before) == expected
    same_outputs(before, expected)


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        ((0.0, inf), (-1.0, 6.0), (0.0, 6.0)),
        ((-1.0, 1.0), (0.0, inf), (0.0, 1.0)),
        ((0.0, 1.0), (2.0, 3.0), (2.0, 2.0)),
        ((0.5, inf), (-inf, 0.25), (0.25, 0.25)),
    ],
)
def test_clips_in_a_row_join_one_after_the_other(same_outputs, first, second, both):
    before = _graph(
        Node("fc", "dense", ("x", "w"), "d"),
        Node("one", "clip", ("d",), "c", {"low": first[0], "high": first[1]}),
        Node("two", "clip", ("c",), "y", {"low": second[0], "high": second[1]}),
    )
    expected = _graph(Node("fc", "dense", ("x", "w"), "y", {"clamp": both}))
    assert fuse_clamp(before) == expected
    same_outputs(before, expected)


def test_values_with_another_reader_stay():
    before = _graph(
        Node("fc", "dense", ("x", "w"), "d"),
        Node("act", "clip", ("d",), "c", RELU),
        Node("sum", "add", ("d", "c"), "y"),
    )
    assert fuse_clamp(before) == before


def test_outputs_stay():
    before = _graph(
        Node("fc", "dense", ("x", "w"), "d"),
        Node("act", "clip", ("d",), "y", RELU),
        outputs=("y", "d"),
    )
    assert fuse_clamp(before) == before


def test_ops_that_take_no_clamp_stay():
    before = _graph(
        Node("join", "concat", ("x", "x"), "d", {"axis": 1}),
        Node("act", "clip", ("d",), "y", RELU),
    )
    assert fuse_clamp(before) == before


def test_clips_of_inputs_stay():
    before = _graph(Node("act", "clip", ("x",), "y", RELU))
    assert fuse_clamp(before) == before


def test_a_relu_behind_moves_joins_what_is_before_them(same_outputs):
    flat = {"shape": (2, 2)}
    before = _graph(
        Node("fc", "dense", ("x", "w"), "d"),
        Node("square", "reshape", ("d",), "s", flat),
        Node("turn", "transpose", ("s",), "t", {"permutation": (0, 2, 1)}),
        Node("act", "clip", ("t",), "y", RELU),
    )
    expected = _graph(
        Node("fc", "dense", ("x", "w"), "d", {"clamp": (0.0, inf)}),
        Node("square", "reshape", ("d",), "s", flat),
        Node("turn", "transpose", ("s",), "y", {"permutation": (0, 2, 1)}),
    )
    assert fuse_clamp(before) == expected
    same_outputs(before, expected)


def test_a_relu_behind_a_move_that_others_read_stays():
    graph = _graph(
        Node("fc", "dense", ("x", "w"), "d"),
        Node("square", "reshape", ("d",), "s", {"shape": (2, 2)}),
        Node("act", "clip", ("s",), "y", RELU),
        outputs=("y", "s"),
    )
    assert fuse_clamp(graph) == graph
