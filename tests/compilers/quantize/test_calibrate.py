"""Calibration sees every activation of the float graph."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from networks import residual_network
from quantization import samples
from random_graphs import float_graphs, random_feeds

from compilers.quantize.calibrate import calibrate, divided
from compilers.quantize.equalize import equalizable, equalize
from compilers.reference import run_all
from zoo.errors import QuantizeError
from zoo.graph import Graph, Node

GRAPH = residual_network()


def _calibrate(graph, batches, keep=0, threads=1):
    return calibrate(graph, batches, keep, threads)


@given(float_graphs())
@settings(max_examples=25, deadline=None)
def test_ranges_are_those_of_the_reference(graph):
    feeds = random_feeds(graph, seed=0, batch=6)
    seen = _calibrate(graph, [feeds]).histograms
    values = run_all(graph, feeds)
    assert seen.keys() == values.keys()
    for name, value in values.items():
        found = seen[name].low, seen[name].high
        np.testing.assert_allclose(found, (value.min(), value.max()), rtol=1e-4, atol=1e-4)


def test_batches_and_threads_do_not_matter():
    images = np.random.default_rng(0).standard_normal((16, 3, 6, 6)).astype(np.float32)
    one = _calibrate(GRAPH, [{"image": images}])
    other = _calibrate(GRAPH, ({"image": image[np.newaxis]} for image in images), threads=2)
    assert (one.count, one.digest) == (other.count, other.digest) == (16, one.digest)
    for name, histogram in one.histograms.items():
        assert (histogram.low, histogram.high) == (
            other.histograms[name].low,
            other.histograms[name].high,
        )
        np.testing.assert_array_equal(histogram.counts, other.histograms[name].counts)


def test_large_samples_are_thinned_out_across_all_their_columns():
    image = replace(GRAPH.tensors["image"], shape=("N", 3, 112, 112))
    tensors = {"image": image, "y": replace(image, name="y")}
    relu = Node("relu", "clip", ("image",), "y", {"low": 0.0, "high": 6.0})
    large = Graph("large", ("image",), ("y",), tensors, (relu,))
    columns = np.broadcast_to(np.arange(112, dtype=np.float32), (1, 3, 112, 112))
    seen = _calibrate(large, [{"image": columns}]).histograms["image"]
    assert 1 << 12 < seen.counts.sum() <= 1 << 14
    assert np.count_nonzero(seen.counts) == 112


def test_keeps_the_first_samples():
    images = np.random.default_rng(0).standard_normal((40, 3, 6, 6)).astype(np.float32)
    kept = _calibrate(GRAPH, [{"image": images}], keep=16).first
    np.testing.assert_array_equal(np.concatenate([b["image"] for b in kept]), images[:16])


@pytest.mark.parametrize(("value", "word"), [(np.nan, "NaN"), (np.inf, "infinite")])
def test_names_the_input_that_is_not_finite(value, word):
    images = np.zeros((1, 3, 6, 6), np.float32)
    images[0, 1, 2, 3] = value
    with pytest.raises(
        QuantizeError,
        match=rf"^graph 'residual': tensor 'image' is {word} during calibration; check the network",
    ):
        _calibrate(GRAPH, [{"image": images}])


def test_names_the_first_tensor_that_overflows():
    weight = GRAPH.tensors["depthwise.weight"]
    huge = replace(weight, data=np.full(weight.shape, 3e38, np.float32))
    broken = replace(GRAPH, tensors={**GRAPH.tensors, weight.name: huge})
    feeds = random_feeds(GRAPH, seed=0)
    with pytest.raises(QuantizeError, match=r"tensor 'depthwise' is infinite during calibration"):
        _calibrate(broken, [feeds])


def test_channels_are_looked_at_one_by_one():
    feeds = random_feeds(GRAPH, seed=0, batch=20)
    seen = calibrate(GRAPH, [feeds], keep=0, threads=1, by_channel=["stem"])
    values = run_all(GRAPH, feeds)["stem"]
    wanted = [values.min(axis=(0, 2, 3)), values.max(axis=(0, 2, 3))]
    np.testing.assert_allclose(seen.channels["stem"], wanted, rtol=1e-4, atol=1e-5)
    assert list(seen.channels) == ["stem"]


def test_a_divided_form_has_the_ranges_of_all_samples():
    names = [pair.node.output for pair in equalizable(GRAPH)]
    seen = calibrate(GRAPH, samples(GRAPH), keep=1, threads=1, by_channel=names)
    equalized = equalize(GRAPH)
    found = divided(GRAPH, seen, equalized.divisors, threads=1)
    wanted = calibrate(equalized.graph, samples(GRAPH), 1, 1)
    for name in wanted.histograms:
        ends = [(h.low, h.high) for h in (found.histograms[name], wanted.histograms[name])]
        assert ends[0] == pytest.approx(ends[1], rel=1e-4, abs=1e-5)
