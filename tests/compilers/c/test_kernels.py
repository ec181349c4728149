"""Every op in C computes what the reference computes, to the bit."""

import pytest
from every_op import PAIRS, WIDE_PAIRS, every_layer, every_op
from generated_c import assert_exact
from hypothesis import assume, given, settings
from integer_graphs import FORMS, POWER_OF_TWO_FORMS, integer_graphs

from zoo import registry
from zoo.graph import Graph

pytestmark = pytest.mark.toolchain

PUBLISHED = [
    (name, key)
    for name in registry.names("recipe")
    for key in registry.load("recipe", name).hubs
    if key.split(".")[0] in ("ptq", "qat")
]


@pytest.mark.parametrize("pair", [*PAIRS, *WIDE_PAIRS])
def test_every_op_is_exact(pair):
    assert_exact(every_op(pair))


@pytest.mark.parametrize("bits", [4, 2])
@pytest.mark.parametrize("pair", PAIRS)
def test_layers_with_packed_weights_are_exact(pair, bits):
    assert_exact(every_layer(pair, bits))


@pytest.mark.parametrize("pair", ["u16 to u8", "s8 to s16"])
def test_layers_of_16_bits_with_packed_weights_are_exact(pair):
    assert_exact(every_layer(pair, 4))


@given(integer_graphs(FORMS | POWER_OF_TWO_FORMS))
@settings(max_examples=15, deadline=None)
def test_random_networks_are_exact(graph):
    assume(graph.tensors[graph.inputs[0]].shape[0] != 3)  # a fixed batch is refused
    assert_exact(graph)


@pytest.mark.parametrize(("name", "key"), PUBLISHED)
def test_published_networks_are_exact(name, key):
    hub = registry.load("recipe", name).hubs[key]
    graph: Graph = registry.load("format", "onnx").read(hub.read_bytes(), str(hub))
    assert_exact(graph)


def test_a_network_is_published():
    assert PUBLISHED
