"""Post-training quantization as a whole."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import residual_network
from quantization import NORMALIZE, contract_of, pixel_feeds, quantized, samples
from random_graphs import float_graphs, random_feeds

from compilers.hub import HUB
from compilers.quantize.ptq import QUANTIZER, Ptq
from compilers.reference import run_all, run_graph
from compilers.schemes import DPU_POW2, W4A8_ASYM, W8A8_ASYM, W8A8_SYM
from zoo import registry
from zoo.errors import QuantizeError
from zoo.plugs import QuantizeOptions

GRAPH = residual_network()
EIGHT_BITS = (W8A8_ASYM, W8A8_SYM)
ALL = (*EIGHT_BITS, W4A8_ASYM, DPU_POW2)


def _ptq(scheme, feeds, ptq=QUANTIZER, **options):
    contract = contract_of(GRAPH, NORMALIZE)
    return ptq.quantize(GRAPH, scheme, feeds, contract, QuantizeOptions(**options))


def test_is_registered():
    assert registry.load("quantizer", "ptq") is QUANTIZER


@given(float_graphs(), st.sampled_from(EIGHT_BITS), st.booleans())
@settings(max_examples=30, deadline=None)
def test_integers_compute_nearly_what_reals_do(graph, scheme, correct_bias):
    integer = quantized(graph, scheme, calibrator="minmax", correct_bias=correct_bias)
    feeds = next(samples(graph))
    found, wanted = run_graph(integer, feeds), run_graph(graph, feeds)
    # Relative to the largest value inside, since an output may be a difference of large ones.
    largest = max(np.abs(value).max() for value in run_all(graph, feeds).values())
    for name in graph.outputs:
        assert np.abs(found[name] - wanted[name]).max() <= 0.1 * largest


@pytest.mark.parametrize(
    ("scheme", "largest"), [(W8A8_ASYM, 0.03), (W8A8_SYM, 0.06), (W4A8_ASYM, 0.3), (DPU_POW2, 0.08)]
)
def test_loss_is_that_of_the_bits(scheme, largest):
    feeds = pixel_feeds(GRAPH, 64)
    outputs = run_graph(_ptq(scheme, [feeds]), feeds)["landmarks"]
    wanted = run_graph(GRAPH, feeds)["landmarks"]
    assert np.sqrt(np.mean((outputs - wanted) ** 2)) < largest * wanted.std()


@pytest.mark.parametrize("scheme", ALL, ids=lambda scheme: scheme.name)
def test_same_samples_same_bytes(scheme):
    images = pixel_feeds(GRAPH, 100)["image"]
    whole = _ptq(scheme, [{"image": images}], Ptq(threads=1))
    parts = _ptq(scheme, [{"image": images[:21]}, {"image": images[21:]}], Ptq(threads=2))
    assert HUB.write(whole) == HUB.write(parts)


def test_a_stream_is_enough():
    feeds = list(samples(GRAPH))
    contract = contract_of(GRAPH)
    quantize = QUANTIZER.quantize
    streamed = quantize(GRAPH, W8A8_ASYM, iter(feeds), contract, QuantizeOptions())
    assert streamed == quantize(GRAPH, W8A8_ASYM, feeds, contract, QuantizeOptions())


def test_metadata_say_how_it_was_made():
    feeds = [pixel_feeds(GRAPH, 12)]
    found = _ptq(W8A8_ASYM, feeds, calibrator="percentile", correct_bias=False).metadata
    assert {key: value for key, value in found.items() if not key.endswith("sha256")} == {
        "zoo.model": "test",
        "zoo.scheme": "w8a8-asym",
        "zoo.quantizer": "ptq",
        "zoo.calibrator": "percentile",
        "zoo.bias_correction": "no",
        "zoo.calibration_count": "12",
    }
    assert len(found["zoo.calibration_sha256"]) == 64


def test_an_integer_graph_is_refused():
    integer = quantized(GRAPH, W8A8_SYM)
    with pytest.raises(
        QuantizeError,
        match=r"^graph 'residual' is already quantized \(scheme 'w8a8-sym'\); start from its float",
    ):
        quantized(integer, W8A8_ASYM)


def test_more_samples_than_are_kept_for_bias_correction():
    feeds = [random_feeds(GRAPH, seed, batch=100) for seed in range(2)]
    contract = contract_of(GRAPH)
    integer = QUANTIZER.quantize(GRAPH, W8A8_ASYM, feeds, contract, QuantizeOptions())
    assert integer.metadata["zoo.calibration_count"] == "200"
