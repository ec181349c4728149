"""Sigmoid against ONNX Runtime."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.ops.sigmoid import OP
from zoo.graph import Quantization


@given(channels=st.integers(1, 9), seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_reals_are_those_of_onnx_runtime(channels, seed):
    assert OneNode("sigmoid", (activation(("N", channels, 3)),)).difference(seed) < 1e-6


@given(read=QUANTIZATIONS, stored=QUANTIZATIONS, seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_integers_are_those_of_onnx_runtime(read, stored, seed):
    # ONNX Runtime computes in float32, the table is made in float64: near ties may fall apart.
    case = OneNode("sigmoid", (activation(("N", 64), read),), stored=stored)
    assert case.difference(seed) <= 1
    assert case.comes_back


@given(channels=st.integers(1, 9), seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_torch_form_means_the_same(channels, seed):
    assert torch_form_agrees(OneNode("sigmoid", (activation(("N", channels, 3)),)), seed)


def test_torch_gradients_are_true():
    assert torch_gradients_are_true(OneNode("sigmoid", (activation(("N", 9, 3)),)))


def test_no_real_overflows():
    case = OneNode("sigmoid", (activation(("N", 4)),))
    extreme = np.array([[-1e30, -100, 100, 1e30]], np.float32)
    assert case.run(extreme).tolist() == [[0, 0, 1, 1]]


def test_known_range_makes_full_use_of_8_bits():
    stored = OP.fixed_quantization(OneNode("sigmoid", (activation(("N", 1)),)).node)
    read = Quantization((0.125,), (128,), signed=False)
    table = OneNode("sigmoid", (activation(("N", 1), read),), stored=stored).node.integer["table"]
    assert (table[0], table[128], table[255]) == (0, 128, 255)


def test_hub_gives_the_node_back():
    case = OneNode("sigmoid", (activation(("N", 4)),))
    assert case.comes_back
