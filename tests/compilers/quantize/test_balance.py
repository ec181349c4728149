"""Equalisation by values: channels use their grid equally, and the function stays."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_graphs import float_graphs, random_feeds

from compilers.quantize.balance import balance, open_clamps
from compilers.quantize.calibrate import calibrate, divided
from compilers.quantize.equalize import equalizable
from compilers.reference import run_all, run_graph
from compilers.schemes import DPU_POW2, W8A8_ASYM
from zoo.graph import Graph, Node, Tensor

STEP = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1), "group": 1}
SIZES = 4.0 ** np.array([2, -1, 0, 1])


def _balanced(graph, scheme, feeds):
    names = [pair.node.output for pair in equalizable(graph)]
    seen = calibrate(graph, [feeds], keep=64, threads=1, by_channel=names)
    found = balance(graph, seen.channels, scheme)
    return found, divided(graph, seen, found.divisors, threads=1)


@pytest.mark.parametrize("scheme", [W8A8_ASYM, DPU_POW2], ids=lambda s: s.name)
@given(float_graphs(), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_the_function_stays(scheme, graph, seed):
    feeds = random_feeds(graph, seed, batch=3)
    found, _ = _balanced(graph, scheme, feeds)
    before, after = run_graph(graph, feeds), run_graph(found.graph, feeds)
    largest = max(np.abs(value).max() for value in run_all(graph, feeds).values())
    for name in graph.outputs:
        np.testing.assert_allclose(after[name], before[name], rtol=1e-4, atol=1e-5 * largest)


def _chain(depthwise: bool, sizes=SIZES, high: float = inf) -> Graph:
    """Two layers; the channels between them have these sizes."""
    random = np.random.default_rng(0)
    constants = {
        "w": random.uniform(0.5, 1, (4, 3, 1, 1)) * np.reshape(sizes, (4, 1, 1, 1)),
        "b": np.zeros(4),
        "v": random.uniform(0.5, 1, (4, 1, 1, 1) if depthwise else (4, 4, 1, 1)),
    }
    tensors = {n: Tensor(n, d.shape, data=d.astype(np.float32)) for n, d in constants.items()}
    shapes = {"x": 3, "a": 4, "y": 4}
    tensors |= {n: Tensor(n, ("N", c, 5, 5), layout="NCHW") for n, c in shapes.items()}
    nodes = (
        Node("first", "conv", ("x", "w", "b"), "a", {**STEP, "clamp": (0.0, high)}),
        Node("last", "conv", ("a", "v"), "y", {**STEP, "group": 4 if depthwise else 1}),
    )
    return Graph("chain", ("x",), ("y",), tensors, nodes)


def _feeds(graph):
    return {"x": np.abs(random_feeds(graph, 0, batch=4)["x"])}


def _largest(graph):
    return run_all(graph, _feeds(graph))["a"].max(axis=(0, 2, 3))


def test_before_a_depthwise_layer_all_channels_become_equally_large():
    graph = _chain(depthwise=True)
    found, _ = _balanced(graph, W8A8_ASYM, _feeds(graph))
    largest = _largest(found.graph)
    np.testing.assert_allclose(largest, largest[0], rtol=1e-4)


def test_otherwise_values_and_weights_share_the_difference():
    """Rows of v are about equally large, so the factors are roots of the channels' sizes."""
    graph = _chain(depthwise=False)
    found, _ = _balanced(graph, W8A8_ASYM, _feeds(graph))
    spread, before = _largest(found.graph), _largest(graph)
    assert spread.max() / spread.min() < 2 * np.sqrt(before.max() / before.min())
    rows = np.abs(found.graph.tensors["v"].data)
    assert (rows.max(axis=1) / rows.min(axis=1)).max() < 4 * np.sqrt(SIZES.max() / SIZES.min())


def test_with_one_scale_for_all_weights_a_small_row_is_scaled_up_only_with_its_values():
    """Its values are no reason: the factor would harm the weights."""
    graph = _chain(depthwise=True)
    values = {"a": np.stack([np.zeros(4), np.ones(4)])}
    factors = balance(graph, values, DPU_POW2).divisors["a"]
    np.testing.assert_allclose(factors, factors[0], rtol=0.5)


def test_a_faint_channel_before_a_depthwise_layer_is_scaled_up_256_times_at_most():
    graph = _chain(depthwise=True, sizes=[1.0, 1e-6, 1.0, 1.0])
    found, _ = _balanced(graph, W8A8_ASYM, _feeds(graph))
    factors = found.divisors["a"]
    assert factors.max() / factors.min() == pytest.approx(256)
    np.testing.assert_allclose(np.exp(np.log(factors).mean()), 1)


@pytest.mark.parametrize("scheme", [W8A8_ASYM, DPU_POW2], ids=lambda s: s.name)
@pytest.mark.parametrize("faint", [0.0, 1e-6])
def test_a_faint_channel_is_not_blown_up(scheme, faint):
    graph = _chain(depthwise=False, sizes=[1.0, faint, 1.0, 1.0])
    found, _ = _balanced(graph, scheme, _feeds(graph))
    assert found.divisors["a"][1] == 1
    assert all(np.isfinite(t.data).all() for t in found.graph.tensors.values() if t.is_constant)


def test_an_upper_clamp_that_nothing_reaches_is_opened():
    graph = _chain(depthwise=True, high=6.0)
    assert not list(equalizable(graph))
    assert list(equalizable(open_clamps(graph, {"a": 5.9})))
    assert list(equalizable(open_clamps(graph, {})))
    assert open_clamps(graph, {"a": 6.0}) == graph
    signed = graph.replace(
        [replace(n, attributes={**n.attributes, "clamp": (-1.0, 1.0)}) for n in graph.nodes]
    )
    assert open_clamps(signed, {}) == signed


def test_the_form_need_not_run_on_all_samples():
    graph = _chain(depthwise=True)
    feeds = _feeds(graph)
    found, own = _balanced(graph, W8A8_ASYM, feeds)
    wanted = calibrate(found.graph, [feeds], keep=64, threads=1)
    for name, histogram in wanted.histograms.items():
        ends = own.histograms[name].low, own.histograms[name].high
        assert ends == pytest.approx((histogram.low, histogram.high), rel=1e-5)
        assert own.histograms[name].counts.sum() == histogram.counts.sum()
