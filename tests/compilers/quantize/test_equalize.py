"""Cross-layer equalisation changes the weights and not the function."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import residual_network
from random_graphs import float_graphs, random_feeds

from compilers.quantize.equalize import equalize
from compilers.reference import run_all, run_graph
from zoo.graph import Graph, Node, Tensor

RELU = {"clamp": (0.0, inf)}
POINTWISE = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1), "group": 1}


@given(float_graphs(), st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_the_function_stays(graph, seed):
    feeds = random_feeds(graph, seed)
    before, after = run_graph(graph, feeds), run_graph(equalize(graph).graph, feeds)
    # An output may be a small difference of large values inside.
    largest = max(np.abs(value).max() for value in run_all(graph, feeds).values())
    for name in graph.outputs:
        np.testing.assert_allclose(after[name], before[name], rtol=1e-4, atol=1e-5 * largest)


def _chain(second: dict, first: dict = RELU) -> Graph:
    """Two convolutions whose channels differ a lot in size."""
    random = np.random.default_rng(0)
    depthwise = second.get("group", 1) == 4
    sizes = 2.0 ** np.array([2, -2, 0, 1])
    w1 = (random.standard_normal((4, 3, 1, 1)) * sizes.reshape(4, 1, 1, 1)).astype(np.float32)
    w2 = random.standard_normal((4, 1, 1, 1) if depthwise else (2, 4, 1, 1)).astype(np.float32)
    bias = random.standard_normal(4).astype(np.float32)
    constants = {"w1": w1, "b1": bias, "w2": w2}
    shapes = {"x": 3, "mid": 4, "y": 4 if depthwise else 2}
    tensors = {
        **{name: Tensor(name, data.shape, data=data) for name, data in constants.items()},
        **{name: Tensor(name, ("N", size, 4, 4), layout="NCHW") for name, size in shapes.items()},
    }
    nodes = (
        Node("first", "conv", ("x", "w1", "b1"), "mid", {**POINTWISE, **first}),
        Node("second", "conv", ("mid", "w2"), "y", {**POINTWISE, **second}),
    )
    return Graph("chain", ("x",), ("y",), tensors, nodes)


@pytest.mark.parametrize("second", [{}, {"group": 4}], ids=["normal", "depthwise"])
def test_both_sides_of_a_channel_become_equally_large(second):
    after = equalize(_chain(second)).graph
    w1, w2 = after.tensors["w1"].data, after.tensors["w2"].data
    r1 = np.abs(w1).max(axis=(1, 2, 3))
    r2 = np.abs(w2).max(axis=(1, 2, 3) if second else (0, 2, 3))
    np.testing.assert_allclose(r1, r2, rtol=1e-3)


@pytest.mark.parametrize(
    "graph",
    [
        _chain({}, first={"clamp": (0.0, 6.0)}),
        replace(_chain({}), outputs=("mid", "y")),
    ],
    ids=["a clamp that does not commute", "a tensor that is an output"],
)
def test_what_would_change_the_function_is_left_alone(graph):
    assert equalize(graph).graph == graph


def test_a_dead_channel_stays():
    graph = _chain({})
    dead = graph.tensors["w1"].data.copy()
    dead[2] = 0
    graph = replace(graph, tensors={**graph.tensors, "w1": replace(graph.tensors["w1"], data=dead)})
    after = equalize(graph).graph
    assert np.all(np.isfinite(after.tensors["w2"].data))
    assert np.all(after.tensors["w1"].data[2] == 0)


@pytest.mark.parametrize("gamma", [1e-6, 1e-4, 1e-3])
def test_a_nearly_dead_channel_is_not_blown_up(gamma):
    graph = _chain({})
    faint = graph.tensors["w1"].data.copy()
    faint[2] *= gamma
    graph = replace(
        graph, tensors={**graph.tensors, "w1": replace(graph.tensors["w1"], data=faint)}
    )
    biases = {
        name: np.abs(g.tensors["b1"].data)
        for name, g in (("before", graph), ("after", equalize(graph).graph))
    }
    factors = biases["before"] / biases["after"]
    assert factors[2] == pytest.approx(np.exp(np.log(np.delete(factors, 2)).mean()), rel=1e-3)


def test_a_channel_that_the_next_layer_amplifies_counts():
    graph = _chain({"group": 4})
    spread = 10.0 ** np.array([0, -2, -4, -1], np.float32).reshape(4, 1, 1, 1)
    tensors = {
        "w1": graph.tensors["w1"].data
        / np.abs(graph.tensors["w1"].data).max((1, 2, 3), keepdims=True)
        * spread,
        "w2": np.ones_like(graph.tensors["w2"].data) / spread,
    }
    changed = [replace(graph.tensors[name], data=data) for name, data in tensors.items()]
    after = equalize(graph.replace(graph.nodes, changed)).graph
    largest = np.abs(after.tensors["w1"].data).max(axis=(1, 2, 3))
    np.testing.assert_allclose(largest, 1, rtol=1e-3)


def test_a_tensor_with_two_readers_stays():
    graph = residual_network()
    after = equalize(graph).graph
    assert after.tensors["stem.weight"] == graph.tensors["stem.weight"]
    assert after.tensors["pointwise.weight"] != graph.tensors["pointwise.weight"]
