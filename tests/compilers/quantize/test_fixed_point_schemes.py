"""Schemes q6 to q9: 16-bit fixed point, the same for every tensor."""

import numpy as np
import pytest
from networks import residual_network
from onnx_runtime import run_onnx
from quantization import quantized, samples

from compilers.hub import read, write
from compilers.reference import run_all, run_graph
from compilers.schemes import Q6, Q7, Q8, Q9
from zoo.errors import QuantizeError
from zoo.scheme import Scheme

SCHEMES = (Q6, Q7, Q8, Q9)
GRAPH = residual_network()
PLAIN = {"calibrator": "minmax", "correct_bias": False}


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_every_number_is_rounded_to_the_format_and_saturates(scheme):
    integer = quantized(GRAPH, scheme, **PLAIN)
    step = 2.0 ** -int(scheme.name.removeprefix("q"))
    grids = [tensor.quantization for tensor in integer.tensors.values() if tensor.quantization]
    assert {(*grid.scale, *grid.zero_point, grid.bits) for grid in grids} == {(step, 0, 16)}
    for name, tensor in integer.tensors.items():
        if tensor.is_constant and name in GRAPH.tensors:
            wanted = np.clip(np.rint(GRAPH.tensors[name].data / step), -(2**15), 2**15 - 1)
            np.testing.assert_array_equal(tensor.data, wanted)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_the_hub_computes_the_same(scheme):
    integer = quantized(GRAPH, scheme, **PLAIN)
    assert read(write(integer), "net.onnx") == integer
    (feeds,) = samples(GRAPH, 1, seed=5)
    found, wanted = run_onnx(write(integer), feeds), run_graph(integer, feeds)
    # ONNX Runtime rounds sums of more than 24 bits.
    assert np.abs(found["landmarks"] - wanted["landmarks"]).max() <= 1 / 64


def test_large_values_saturate_instead_of_getting_coarser_steps():
    (feeds,) = samples(GRAPH, 1)
    loud = {name: 500 * values for name, values in feeds.items()}
    stem = run_all(quantized(GRAPH, Q9, **PLAIN), loud)["stem"]
    assert stem.max() == 2**15 - 1


def test_more_fraction_bits_lose_less():
    (feeds,) = samples(GRAPH, 1, seed=5)
    wanted = run_graph(GRAPH, feeds)["landmarks"]
    losses = [
        np.square(run_graph(quantized(GRAPH, scheme, **PLAIN), feeds)["landmarks"] - wanted).mean()
        for scheme in SCHEMES
    ]
    assert losses == sorted(losses, reverse=True)


def test_float_scales_have_no_common_fix_point():
    with pytest.raises(QuantizeError, match="fix_point is 4; allowed: None for float scales"):
        Scheme("mine", "", True, True, True, fix_point=4)
