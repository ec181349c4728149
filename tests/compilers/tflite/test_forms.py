"""Every op in LiteRT computes what the reference computes, to one step."""

import pytest
from every_op import PAIRS, every_case
from generated_c import side_by_side
from hypothesis import assume, given, settings
from integer_graphs import FORMS, POWER_OF_TWO_FORMS, integer_graphs
from one_node import OneNode, activation, constant
from published import TWO_STAGES
from quantization import pixel_feeds
from random_graphs import float_graphs
from tflite_files import differences, op_differences, to_tflite

from compilers.tflite.compiler import EXACT
from compilers.tflite.lower import lower
from zoo import registry
from zoo.errors import UnsupportedOpError
from zoo.graph import Graph
from zoo.lowering import Refusal

REFUSED = {
    "mul by channel",
    "resize align_corners ceil",
    "resize align_corners floor",
    "resize align_corners round_prefer_floor",
    "resize asymmetric ceil",
    "resize asymmetric round_prefer_ceil",
    "resize asymmetric round_prefer_floor",
    "resize half_pixel ceil",
    "resize half_pixel floor",
}
PUBLISHED = [
    (name, key)
    for name in registry.names("recipe")
    for key in registry.load("recipe", name).hubs
    if name != TWO_STAGES
]
ROUNDED = 1.01  # the difference of two products with a scale in float32


def _is_taken(graph: Graph) -> bool:
    try:
        lower(graph)
    except UnsupportedOpError:
        return False
    return True


@pytest.mark.parametrize("pair", PAIRS)
def test_every_integer_op_is_within_one_step(pair):
    cases = {name: case for name, case in every_case(pair).items() if _is_taken(case.graph)}
    products = {k for k, case in every_case(pair).items() if case.op in ("mul", "matmul")}
    refused = REFUSED | (products if pair == "half up" else set())
    assert every_case(pair).keys() - cases.keys() == refused
    found = differences(side_by_side(cases))
    assert {name: steps for name, steps in found.items() if steps > ROUNDED} == {}


@pytest.mark.parametrize("pair", PAIRS)
def test_layers_are_exact(pair):
    layers = {k: case for k, case in every_case(pair).items() if case.op in ("conv", "dense")}
    assert max(differences(side_by_side(layers)).values()) == 0


@given(integer_graphs(FORMS))
@settings(max_examples=15)
def test_each_op_of_random_integer_networks_is_within_its_bound(graph):
    assume(_is_taken(graph))
    for found in op_differences(graph):
        assert found.steps.max() <= found.allowed, found.node


@given(integer_graphs(POWER_OF_TWO_FORMS))
@settings(max_examples=15)
def test_random_networks_of_powers_of_two_are_exact_where_they_are_called_so(graph):
    assume(_is_taken(graph))
    allowed = 0 if to_tflite(graph).exactness == EXACT else 1
    assert max(found.steps.max() for found in op_differences(graph)) <= allowed


@given(float_graphs())
@settings(max_examples=15)
def test_random_float_networks_are_within_the_bound(graph):
    assume(_is_taken(graph))
    assert max(differences(graph).values()) <= to_tflite(graph).exactness.bound


@pytest.mark.parametrize(
    ("op", "attributes"),
    [
        ("clip", {"low": 0.0, "high": 6.0}),
        ("clip", {"low": -0.5, "high": 1.5}),
        ("hard_sigmoid", {"alpha": 0.2, "beta": 0.5}),
        ("hardswish", {}),
        ("leaky_relu", {"alpha": 0.1}),
        ("max_pool", {"kernel": (3, 2), "strides": (2, 1), "pads": (1, 0, 1, 1)}),
        ("pad", {"before": (0, 1, 0, 2), "after": (0, 0, 3, 1), "value": 1.5}),
        ("resize", {"size_hw": (14, 10), "mode": "linear"}),
        ("sigmoid", {}),
        ("softmax", {"axis": 1}),
        ("tanh", {}),
    ],
)
def test_float_ops_are_within_the_bound(op, attributes):
    places = {"coordinate_transformation_mode": "half_pixel"} if op == "resize" else {}
    image = activation(("N", 6, 7, 5))
    graph = OneNode(op, (image,), {**attributes, **places}).graph
    assert max(differences(graph).values()) <= to_tflite(graph).exactness.bound


def test_slopes_of_a_prelu_are_for_channels():
    slopes = constant([[[-0.5]], [[0.1]], [[0.7]]])
    graph = OneNode("prelu", (activation(("N", 3, 4, 2)), slopes)).graph
    assert max(differences(graph).values()) <= to_tflite(graph).exactness.bound


def _published(name: str, key: str) -> Graph:
    hub = registry.load("recipe", name).hubs[key]
    graph: Graph = registry.load("format", "onnx").read(hub.read_bytes(), str(hub))
    return graph


@pytest.mark.parametrize("name", [name for name, key in PUBLISHED if key == "none"])
def test_published_float_networks_are_within_the_bound(name):
    graph = _published(name, "none")
    assert max(differences(graph).values()) <= to_tflite(graph).exactness.bound


@pytest.mark.parametrize(
    ("name", "key"), [pair for pair in PUBLISHED if not pair[1].endswith(("none", "ai8x"))]
)
def test_each_op_of_published_networks_is_within_its_bound_at_random_pixels(name, key):
    """At the output, a step of one layer may have become many: see docs/tflite.md."""
    graph = _published(name, key)
    ops = op_differences(graph, pixel_feeds(graph, count=4, seed=1))
    assert len(ops) > 0.8 * len(graph.nodes)
    for found in ops:
        assert found.steps.max() <= found.allowed, found.node


@pytest.mark.parametrize("name", [name for name, key in PUBLISHED if key.endswith("ai8x")])
def test_networks_with_32_bit_outputs_are_refused(name):
    with pytest.raises(Refusal, match="is int32; quantize activations to 8 or 16 bits"):
        to_tflite(_published(name, "qat.ai8x"))


@pytest.mark.parametrize("key", ["none", "ptq.w8a8-asym"])
def test_ops_between_two_stages_are_refused(key):
    with pytest.raises(Refusal, match=r"\(align_image\): no lowering 'tflite/align_image'"):
        to_tflite(_published(TWO_STAGES, key))


def test_powers_of_two_are_exact_at_random_pixels():
    graph = _published("pfld_0.25x.300w68", "qat.dpu-pow2")
    assert max(differences(graph, pixel_feeds(graph, count=40, seed=1)).values()) == 0


@pytest.mark.parametrize("key", ["ptq.dpu-pow2", "qat.dpu-pow2"])
def test_published_networks_of_powers_of_two_are_exact(key):
    assert to_tflite(_published("pfld_0.25x.300w68", key)).exactness == EXACT


def test_a_network_is_published():
    assert PUBLISHED
