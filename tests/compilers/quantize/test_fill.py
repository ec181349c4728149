"""Filled tensors use all integers of a power-of-two scale, and the function stays."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import residual_network
from quantization import samples
from random_graphs import float_graphs, random_feeds

from compilers.quantize.calibrate import calibrate
from compilers.quantize.equalize import equalizable
from compilers.quantize.fill import fill
from compilers.quantize.observe import observe
from compilers.quantize.weighted import own_parameters
from compilers.reference import run_all, run_graph
from compilers.schemes import DPU_POW2, W8A8_SYM

GRAPH = own_parameters(residual_network())


@given(float_graphs(), st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_the_function_stays(graph, seed):
    feeds = random_feeds(graph, seed)
    filled, _ = fill(graph, calibrate(graph, [feeds], 1, 1), DPU_POW2)
    largest = max(np.abs(value).max() for value in run_all(graph, feeds).values())
    for name, wanted in run_graph(graph, feeds).items():
        found = run_graph(filled, feeds)[name]
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5 * largest)


def test_scales_become_powers_of_two():
    filled, seen = fill(GRAPH, calibrate(GRAPH, samples(GRAPH), 1, 1), DPU_POW2)
    pairs = list(equalizable(filled))
    assert pairs
    for pair in pairs:
        best = observe(seen.histograms[pair.node.output], W8A8_SYM, "mse").scale[0]
        assert math.log2(best) == pytest.approx(round(math.log2(best)), abs=0.05)


def test_what_is_seen_is_what_calibration_would_see():
    filled, seen = fill(GRAPH, calibrate(GRAPH, samples(GRAPH), 1, 1), DPU_POW2)
    for name, wanted in calibrate(filled, samples(GRAPH), 1, 1).histograms.items():
        found = seen.histograms[name]
        assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), rel=1e-4)
        assert found.counts.sum() == wanted.counts.sum()
        means = [np.average(h.centres, weights=h.counts) for h in (found, wanted)]
        assert means[0] == pytest.approx(means[1], abs=2.0**wanted.exponent / 1000)


def test_any_scale_is_right_for_float_schemes():
    seen = calibrate(GRAPH, samples(GRAPH), 1, 1)
    assert fill(GRAPH, seen, W8A8_SYM) == (GRAPH, seen)
