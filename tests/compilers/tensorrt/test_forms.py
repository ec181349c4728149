"""The ONNX file computes what the reference computes: op by op, random and published networks."""

from math import inf

import pytest
from every_op import every_case
from generated_c import side_by_side
from hypothesis import given, settings
from hypothesis import strategies as st
from published import TWO_STAGES
from quantization import pixel_feeds, quantized
from random_graphs import float_graphs
from tensorrt_files import differences, symmetric, to_tensorrt

from compilers.schemes import W8A8_SYM
from zoo import registry
from zoo.graph import Graph
from zoo.lowering import Refusal
from zoo.proof.op_proof import prove_ops

# Where a quotient in float32 falls between two integers, it may go either way.
ROUNDED = 1
PUBLISHED = [
    (name, key)
    for name in registry.names("recipe")
    for key in registry.load("recipe", name).hubs
    if name != TWO_STAGES and (key == "none" or key.endswith(W8A8_SYM.name))
]


def test_every_integer_op_is_within_one_step():
    cases = every_case("half even")
    # Of negative numbers they have no value: the table takes that of 0, a float runtime any.
    known = {name: case for name, case in cases.items() if case.op not in ("log", "pow", "sqrt")}
    found = differences(symmetric(side_by_side(known)))
    assert {name: steps for name, steps in found.items() if steps > ROUNDED} == {}


def test_layers_are_exact():
    cases = every_case("half even").items()
    layers = {name: case for name, case in cases if case.op in ("conv", "dense")}
    assert max(differences(symmetric(side_by_side(layers))).values()) == 0


def test_each_op_of_pfld_is_as_proven_given_the_same_inputs(tmp_path):
    graph = _published("pfld_0.25x.300w68", "qat.w8a8-sym")
    (tmp_path / "model.onnx").write_bytes(to_tensorrt(graph).files["model.onnx"])
    feeds = [pixel_feeds(graph, count=1, seed=seed) for seed in range(3)]
    check = prove_ops("", "tensorrt", tmp_path / "model.onnx", graph, feeds)
    assert check.holds
    assert check.bound == 3


def _published(name: str, key: str) -> Graph:
    hub = registry.load("recipe", name).hubs[key]
    graph: Graph = registry.load("format", "onnx").read(hub.read_bytes(), str(hub))
    return graph


def _keeps_ranges(graph: Graph) -> bool:
    """Whether no clamp cuts a range, which makes an LSB before it several LSB after it."""
    return all(node.attributes.get("clamp", (0.0, inf)) == (0.0, inf) for node in graph.nodes)


@given(float_graphs().filter(_keeps_ranges))
@settings(max_examples=20)
def test_random_integer_networks_are_within_the_bound(graph):
    integer = quantized(graph, W8A8_SYM)
    bound = to_tensorrt(integer).exactness.bound
    assert max(differences(integer).values()) <= bound


@given(float_graphs(), st.sampled_from(("float32", "float16")))
@settings(max_examples=20)
def test_random_float_networks_are_within_the_bound(graph, scheme):
    bound = to_tensorrt(graph, scheme).exactness.bound
    assert max(differences(graph, scheme).values()) <= bound


@pytest.mark.parametrize(("name", "key"), PUBLISHED)
def test_published_networks_are_within_the_bound(name, key):
    graph = _published(name, key)
    assert max(differences(graph).values()) <= to_tensorrt(graph).exactness.bound


def test_ops_between_two_stages_are_refused():
    with pytest.raises(Refusal, match="does not read the ONNX operator AlignImage"):
        to_tensorrt(_published(TWO_STAGES, "none"))


def test_random_pixels_are_within_the_bound():
    graph = _published("pfld_0.25x.300w68", "qat.w8a8-sym")
    found = differences(graph, feeds=pixel_feeds(graph, count=20, seed=1))
    assert max(found.values()) <= to_tensorrt(graph).exactness.bound


def test_integer_networks_are_published():
    assert any(key != "none" for _, key in PUBLISHED)
