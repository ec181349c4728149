"""Bits that differ from tensor to tensor: from the scheme to the reference, the hub and C."""

from dataclasses import replace

import numpy as np
import pytest
from generated_c import assert_exact, to_c
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import residual_network
from one_node import OneNode, activation
from quantization import pixel_feeds, quantized
from similarity_cases import aligning_network

from compilers.quantize.weighted import own_parameters, weighted_nodes
from compilers.reference import run_graph
from compilers.schemes import DPU_POW2, W4A8_ASYM, W8A8_ASYM, W8A8_SYM, W8A16_ASYM, W8A16_SYM
from zoo import registry
from zoo.errors import QuantizeError
from zoo.graph import Graph
from zoo.scheme import Override, Scheme

NETWORK = residual_network()
ACTIVATIONS = sorted(name for name, tensor in NETWORK.tensors.items() if not tensor.is_constant)
LAYERS = sorted(weighted.node.name for weighted in weighted_nodes(own_parameters(NETWORK)))
overrides = st.lists(
    st.one_of(
        st.builds(Override, st.sampled_from(LAYERS), weight_bits=st.sampled_from((4, 8))),
        st.builds(Override, st.sampled_from(ACTIVATIONS), activation_bits=st.sampled_from((8, 16))),
    ),
    max_size=4,
)
WIDE = st.sets(st.sampled_from(ACTIVATIONS))


def mixed(scheme: Scheme, *overrides: Override) -> Graph:
    return quantized(NETWORK, replace(scheme, overrides=overrides), calibrator="minmax")


def round_trip(graph: Graph) -> Graph:
    onnx = registry.load("format", "onnx")
    found: Graph = onnx.read(onnx.write(graph), "file")
    return found


@given(st.sampled_from((W8A8_ASYM, W8A8_SYM, W4A8_ASYM, DPU_POW2)), overrides)
@settings(max_examples=12, deadline=None)
def test_each_tensor_has_its_bits_and_the_hub_keeps_them(scheme, overrides):
    graph = mixed(scheme, *overrides)
    whole = replace(scheme, overrides=tuple(overrides))
    for weighted in weighted_nodes(graph):
        own = whole.at(weighted.node.name)
        assert weighted.weight.quantization.bits == own.weight_bits
        assert own.weight_qmin <= weighted.weight.data.min()
    for name in (override.pattern for override in overrides if override.activation_bits):
        inside = graph.tensors.get(f"{name}_quantized", graph.tensors[name])
        assert inside.quantization.bits >= whole.at(name).activation_bits
    again = round_trip(graph)
    assert again.tensors == graph.tensors
    assert again.metadata.get("zoo.overrides") == graph.metadata.get("zoo.overrides")
    feeds = pixel_feeds(NETWORK, 2)
    for name, value in run_graph(graph, feeds).items():
        np.testing.assert_array_equal(run_graph(again, feeds)[name], value)


def loss(graph: Graph) -> float:
    feeds = pixel_feeds(NETWORK, 8)
    wanted = run_graph(NETWORK, feeds)
    return max(float(np.abs(run_graph(graph, feeds)[n] - wanted[n]).max()) for n in wanted)


def test_more_bits_lose_less():
    coarse = loss(mixed(W4A8_ASYM))
    partly = loss(mixed(W4A8_ASYM, Override("stem_conv", 8)))
    plain = loss(mixed(W8A8_ASYM))
    fine = loss(mixed(W8A8_ASYM, Override("*", activation_bits=16)))
    assert partly != coarse
    assert fine < plain < coarse


@pytest.mark.toolchain
def test_weights_of_4_and_of_8_bits_are_one_program_in_c():
    graph = mixed(W4A8_ASYM, Override("stem_conv", 8))
    kernels = to_c(graph).files["network_kernels.h"].decode()
    assert "NetworkDenseW4;" in kernels
    assert "NetworkConv;" in kernels
    assert_exact(graph)


@pytest.mark.toolchain
@given(WIDE, st.sampled_from([W8A8_ASYM, W4A8_ASYM, W8A8_SYM, DPU_POW2]))
@settings(max_examples=6, deadline=None)
def test_activations_of_8_and_of_16_bits_are_one_program_in_c(names, scheme):
    overrides = (Override(name, activation_bits=16) for name in sorted(names))
    assert_exact(mixed(scheme, *overrides))


def test_an_override_of_nothing_is_refused():
    message = r"scheme 'w8a8-asym' overrides 'stemm', which no node or tensor is called; did you"
    with pytest.raises(QuantizeError, match=message):
        mixed(W8A8_ASYM, Override("stemm", weight_bits=4))


def test_tables_store_16_bits_and_refuse_to_read_them():
    image = activation(("N", 2, 3, 3))
    graph = OneNode("tanh", (image,), {}).graph
    (node,) = graph.nodes
    stored = Override(node.output, activation_bits=16)
    fine = quantized(graph, replace(W8A8_ASYM, overrides=(stored,)))
    feeds = pixel_feeds(graph, 2) if len(graph.inputs) == 1 else {}
    (found,) = run_graph(fine, feeds).values()
    (wanted,) = run_graph(graph, feeds).values()
    np.testing.assert_allclose(found, wanted, atol=0.05)
    read = Override(node.inputs[0], activation_bits=16)
    with pytest.raises(QuantizeError, match="16 bits and feeds a table op"):
        quantized(graph, replace(W8A8_ASYM, overrides=(read,)))


@pytest.mark.toolchain
@pytest.mark.parametrize("scheme", [W8A16_ASYM, W8A16_SYM], ids=lambda scheme: scheme.name)
def test_a_scheme_of_16_bits_leaves_8_to_ops_that_store_no_more(scheme):
    graph = quantized(aligning_network(), scheme, calibrator="minmax")
    grids = {name: t.quantization for name, t in graph.tensors.items() if not t.is_constant}
    narrow = {name for name, grid in grids.items() if grid is not None and grid.bits == 8}
    assert narrow == {"features", "row", "picture", "heatmap"}
    assert_exact(graph)


@pytest.mark.parametrize(
    ("name", "op", "pixels"),
    [
        ("heat", "landmark_heatmap", "heatmap"),
        ("aligned", "align_image", "picture"),
        ("stem", "align_image", "picture"),
    ],
)
@pytest.mark.parametrize("scheme", [W8A8_ASYM, W8A16_SYM], ids=lambda scheme: scheme.name)
def test_more_bits_than_an_op_stores_are_refused(name, op, pixels, scheme):
    wide = replace(scheme, overrides=(Override(name, activation_bits=16),))
    told = rf"\({op}\) cannot be quantized: its pixels '{pixels}' have 16 bits; {op} computes 8-bit"
    with pytest.raises(QuantizeError, match=told):
        quantized(aligning_network(), wide, calibrator="minmax")
