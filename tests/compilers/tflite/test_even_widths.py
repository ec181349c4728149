"""Activations of 16 bits in LiteRT, in a whole network and beside 8 bits."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from every_op import cases_between
from generated_c import side_by_side
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from networks import residual_network
from one_node import OneNode, activation
from quantization import quantized
from random_graphs import float_graphs, random_feeds
from tflite_files import op_differences

from compilers.reference import run_graph
from compilers.schemes import W8A8_ASYM, W8A8_SYM, W8A16_SYM
from compilers.tflite.even_widths import even_widths
from compilers.tflite.lower import lower
from zoo.errors import QuantizeError, UnsupportedOpError
from zoo.graph import Quantization
from zoo.scheme import Override

BYTES = Quantization((0.05,), (120,), signed=False)
WIDE = Quantization((0.05 / 256,), (0,), bits=16)
STORED = Quantization((0.0002,), (0,), bits=16)
PAIRS = {
    "16 bits": (WIDE, STORED),
    "8 to 16 bits": (BYTES, STORED),
    "16 to 8 bits": (WIDE, BYTES),
}
NETWORK = residual_network()
NAMES = sorted(t.name for t in NETWORK.tensors.values() if not t.is_constant)


def _is_taken(case: OneNode) -> bool:
    """Whether LiteRT takes a node; a table cannot read 16 bits."""
    try:
        lower(case.graph)
    except (QuantizeError, UnsupportedOpError):
        return False
    return True


@pytest.mark.parametrize("pair", PAIRS)
def test_each_op_is_within_one_step_of_16_bits(pair):
    taken = {name: case for name, case in cases_between(*PAIRS[pair]).items() if _is_taken(case)}
    assert {"plain", "depthwise", "dense", "add same", "mul same", "mean global 0"} <= taken.keys()
    for found in op_differences(side_by_side(taken)):
        assert found.steps.max() <= min(found.allowed, 1), found.node


@given(st.sets(st.sampled_from(NAMES)), st.sampled_from((W8A8_ASYM, W8A8_SYM)))
@settings(max_examples=15)
def test_activations_of_8_and_of_16_bits_are_one_network(names, scheme):
    overrides = tuple(Override(name, activation_bits=16) for name in sorted(names))
    graph = quantized(NETWORK, replace(scheme, overrides=overrides), calibrator="minmax")
    for found in op_differences(graph):
        assert found.steps.max() <= found.allowed, found.node


@given(float_graphs())
@settings(max_examples=15)
def test_each_op_of_random_networks_in_16_bits_is_within_its_bound(graph):
    try:
        integer = quantized(graph, W8A16_SYM)
        lower(integer)
    except (QuantizeError, UnsupportedOpError):
        assume(False)
    for found in op_differences(integer):
        assert found.steps.max() <= found.allowed, found.node


def test_sums_of_more_than_32_bits_are_exact_enough():
    coarse = replace(WIDE, scale=(1.0,))
    inputs = activation(("N", 8, 64), coarse, "a"), activation(("N", 64, 8), coarse, "b")
    graph = OneNode("matmul", inputs, {}, replace(WIDE, scale=(2.0**22,))).graph
    shapes = dict(zip(graph.inputs, ((2, 8, 64), (2, 64, 8)), strict=True))
    feeds = {name: np.full(shape, 32_000, np.float32) for name, shape in shapes.items()}
    assert max(found.steps.max() for found in op_differences(graph, feeds)) <= 1
    (product,) = run_graph(graph, feeds).values()
    assert set(product.ravel()) == {15_625 * 2.0**22}


@pytest.mark.parametrize("override", [(), (Override("*", activation_bits=16),)], ids=str)
def test_conversions_change_no_result(override):
    overrides = (*override, Override(NETWORK.nodes[2].output, activation_bits=16))
    scheme = replace(W8A8_ASYM, overrides=overrides)
    graph = quantized(NETWORK, scheme, calibrator="minmax")
    even, feeds = even_widths(graph), random_feeds(graph, seed=3)
    for name, wanted in run_graph(graph, feeds).items():
        np.testing.assert_array_equal(run_graph(even, feeds)[name], wanted)


def test_a_network_of_one_width_has_no_conversions():
    for scheme in (W8A8_ASYM, W8A16_SYM):
        graph = quantized(NETWORK, scheme, calibrator="minmax")
        assert even_widths(graph).nodes == graph.nodes


def test_biases_beside_16_bits_have_64_and_weights_8():
    graph = quantized(NETWORK, W8A16_SYM, calibrator="minmax")
    found = {tensor.name: tensor.dtype for tensor in lower(graph).tensors}
    kinds = Counter(found[name] for node in graph.nodes for name in node.inputs[1:3])
    assert kinds["int64"] == kinds["int8"] > 0
    assert found[graph.nodes[0].output] == "int16"


def test_the_app_converts_16_bits_at_the_border():
    graph = quantized(NETWORK, W8A16_SYM, calibrator="minmax")
    model = lower(graph, integers_at_border=True)
    assert {model.tensors[i].dtype for i in (*model.inputs, *model.outputs)} == {"float32"}
