"""HardSwish against ONNX Runtime."""

from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation
from torch_form import torch_form_agrees, torch_gradients_are_true

from zoo.graph import Quantization


@given(channels=st.integers(1, 9), seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_reals_are_those_of_onnx_runtime(channels, seed):
    assert OneNode("hardswish", (activation(("N", channels, 3)),)).difference(seed) < 1e-5


@given(read=QUANTIZATIONS, stored=QUANTIZATIONS, seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_integers_are_those_of_onnx_runtime(read, stored, seed):
    # ONNX Runtime computes in float32, the table is made in float64: near ties may fall apart.
    case = OneNode("hardswish", (activation(("N", 64), read),), stored=stored)
    assert case.difference(seed) <= 1
    assert case.comes_back


@given(channels=st.integers(1, 9), seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_torch_form_means_the_same(channels, seed):
    assert torch_form_agrees(OneNode("hardswish", (activation(("N", channels, 3)),)), seed)


def test_torch_gradients_are_true():
    assert torch_gradients_are_true(OneNode("hardswish", (activation(("N", 9, 3)),)))


def test_table_is_flat_then_curved_then_straight():
    read, stored = Quantization((1 / 16,), (0,)), Quantization((1 / 16,), (0,))
    table = OneNode("hardswish", (activation(("N", 1), read),), stored=stored).node.integer["table"]
    at = {x: table[16 * x + 128] / 16 for x in (-8, -3, -1, 0, 1, 3, 7)}
    assert at == {-8: 0, -3: 0, -1: -0.3125, 0: 0, 1: 0.6875, 3: 3, 7: 7}


def test_hub_gives_the_node_back():
    case = OneNode("hardswish", (activation(("N", 4)),))
    assert case.comes_back
