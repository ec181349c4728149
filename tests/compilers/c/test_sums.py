"""A layer's sums as a network's output: int32 in C."""

from dataclasses import replace

import numpy as np
import pytest
from generated_c import run_c, to_c
from layer_chain import layer_chain
from quantization import NORMALIZE, contract_of, pixel_feeds

from compilers.quantize.ptq import QUANTIZER
from compilers.reference import run_graph
from compilers.schemes import AI8X
from zoo.graph import Graph
from zoo.plugs import QuantizeOptions
from zoo.scheme import Override


def _quantized(graph: Graph, bits: int = 8) -> Graph:
    scheme = replace(AI8X, overrides=(Override("conv1", 4), Override("head", bits)))
    contract = contract_of(graph, NORMALIZE)
    options = QuantizeOptions(calibrator="mse", correct_bias=False)
    return QUANTIZER.quantize(graph, scheme, [pixel_feeds(graph, 4)], contract, options)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_they_are_the_references(bits):
    graph = _quantized(layer_chain((4, 5), bias=True, seed=bits), bits)
    feeds = pixel_feeds(graph, 3, 9)
    found, wanted = run_c(graph, feeds), run_graph(graph, feeds)
    assert np.array_equal(found["logits"], wanted["logits"])
    assert np.abs(wanted["logits"]).max() > 0


def test_the_header_says_their_type():
    header = to_c(_quantized(layer_chain((4, 5)))).files["network.h"].decode()
    assert "logits: int32_t [2], real = scale * (q - zero_point)." in header
