"""Bias correction brings the means of channels back."""

from dataclasses import replace

import numpy as np
import pytest
from networks import residual_network
from quantization import contract_of, quantized, samples

from compilers.quantize.channel_means import channel_means, float_means
from compilers.quantize.correct_bias import correct_biases
from compilers.quantize.ptq import QUANTIZER
from compilers.quantize.weighted import own_parameters, weighted_nodes
from compilers.reference import run_all, run_graph
from compilers.schemes import DPU_POW2, W4A8_ASYM, W8A8_ASYM
from zoo.plugs import QuantizeOptions

GRAPH = own_parameters(residual_network())
SAMPLES = list(samples(GRAPH, count=16))


def _mean_error(graph, integer):
    """Return how far the means of the outputs' channels are from those of the float graph."""
    images = np.concatenate([batch["image"] for batch in SAMPLES])
    outputs = [run_graph(g, {"image": images})["landmarks"].mean(axis=0) for g in (graph, integer)]
    return np.abs(outputs[0] - outputs[1]).mean()


@pytest.mark.parametrize("scheme", [W8A8_ASYM, W4A8_ASYM, DPU_POW2], ids=lambda s: s.name)
def test_means_come_closer_on_the_samples(scheme):
    plain, corrected = (
        QUANTIZER.quantize(
            GRAPH, scheme, SAMPLES, contract_of(GRAPH), QuantizeOptions("mse", correct)
        )
        for correct in (False, True)
    )
    assert _mean_error(GRAPH, corrected) < _mean_error(GRAPH, plain)


def test_only_biases_change():
    integer = quantized(GRAPH, W4A8_ASYM, correct_bias=False)
    corrected = correct_biases(GRAPH, integer, SAMPLES, threads=1)
    biases = {w.bias.name for w in weighted_nodes(integer)}
    changed = {
        name for name, tensor in integer.tensors.items() if corrected.tensors[name] != tensor
    }
    assert changed
    assert changed <= biases
    assert corrected.nodes == integer.nodes


def test_a_bias_that_was_spoilt_is_repaired():
    integer = quantized(GRAPH, W8A8_ASYM)
    layer = next(weighted_nodes(integer))
    spoilt = replace(layer.bias, data=layer.bias.data + np.int32(5000))
    broken = replace(integer, tensors={**integer.tensors, spoilt.name: spoilt})
    repaired = correct_biases(GRAPH, broken, SAMPLES, threads=1)
    found = repaired.tensors[spoilt.name].data - layer.bias.data
    # The first layer reads pixels as they are: only its own rounding is left.
    assert np.abs(found).max() < 100


def test_a_sample_that_saturates_does_not_shift_the_others():
    integer = quantized(GRAPH, W8A8_ASYM, correct_bias=False)
    wild = [{"image": batch["image"] * np.float32(50)} for batch in SAMPLES[:1]]
    calm = correct_biases(GRAPH, integer, SAMPLES, threads=1)
    mixed = correct_biases(GRAPH, integer, SAMPLES + wild, threads=1)
    assert _mean_error(GRAPH, mixed) < 2 * _mean_error(GRAPH, calm)


def test_float_means_are_those_before_the_clamp():
    opened = [
        replace(node, attributes={k: v for k, v in node.attributes.items() if k != "clamp"})
        for node in GRAPH.nodes[:1]
    ]
    values = [
        run_all(GRAPH.replace([*opened, *GRAPH.nodes[1:]]), batch)["stem"] for batch in SAMPLES
    ]
    found = float_means(GRAPH, SAMPLES, threads=1)["stem.weight"]
    np.testing.assert_allclose(found, channel_means(values), atol=1e-6)


def test_weights_make_up_for_a_coarse_bias():
    integer = quantized(GRAPH, DPU_POW2, correct_bias=False)
    corrected = correct_biases(GRAPH, integer, SAMPLES, threads=1)
    compensated = correct_biases(GRAPH, integer, SAMPLES, threads=1, compensating=DPU_POW2)
    assert _mean_error(GRAPH, compensated) < _mean_error(GRAPH, corrected) / 2
