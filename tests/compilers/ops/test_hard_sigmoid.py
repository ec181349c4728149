"""HardSigmoid against ONNX Runtime."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.ops.hard_sigmoid import OP
from zoo.graph import Quantization
from zoo.op import OnnxCall

ATTRIBUTES = st.fixed_dictionaries(
    {
        "alpha": st.sampled_from([0.125, 0.25]) | st.floats(0.0625, 1, width=32),
        "beta": st.sampled_from([0.25, 0.5]) | st.floats(0, 1, width=32),
    }
)


@given(attributes=ATTRIBUTES, seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_reals_are_those_of_onnx_runtime(attributes, seed):
    case = OneNode("hard_sigmoid", (activation(("N", 5, 3)),), attributes)
    assert case.difference(seed) < 1e-6


@given(attributes=ATTRIBUTES, read=QUANTIZATIONS, stored=QUANTIZATIONS, seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_integers_are_those_of_onnx_runtime(attributes, read, stored, seed):
    case = OneNode("hard_sigmoid", (activation(("N", 64), read),), attributes, stored)
    exact = case.has_exact_scales and attributes["alpha"] in (0.125, 0.25)
    exact = exact and attributes["beta"] in (0.25, 0.5)
    # ONNX Runtime computes in float32, the table is made in float64: near ties may fall apart.
    assert case.difference(seed) <= (0 if exact else 1)
    assert case.comes_back


@given(attributes=ATTRIBUTES, seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_torch_form_means_the_same(attributes, seed):
    assert torch_form_agrees(OneNode("hard_sigmoid", (activation(("N", 5, 3)),), attributes), seed)


def test_torch_gradients_are_true():
    attributes = {"alpha": 0.25, "beta": 0.5}
    assert torch_gradients_are_true(OneNode("hard_sigmoid", (activation(("N", 9, 3)),), attributes))


def test_defaults_are_those_of_onnx():
    parsed = OP.parse(OnnxCall("HardSigmoid", {}, (activation(("N", 4)),)))
    assert parsed.attributes == {"alpha": np.float32(0.2), "beta": 0.5}


def test_known_range_makes_full_use_of_8_bits():
    attributes = {"alpha": 0.25, "beta": 0.5}
    stored = OP.fixed_quantization(
        OneNode("hard_sigmoid", (activation(("N", 1)),), attributes).node
    )
    read = Quantization((1 / 32,), (128,), signed=False)
    case = OneNode("hard_sigmoid", (activation(("N", 1), read),), attributes, stored)
    table = case.node.integer["table"]
    assert (table[0], table[128], table[255]) == (0, 128, 255)


def test_hub_gives_the_node_back():
    case = OneNode("hard_sigmoid", (activation(("N", 4)),), {"alpha": 0.25, "beta": 0.75})
    assert case.comes_back
