"""Sub against ONNX Runtime."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation
from torch_form import torch_form_agrees, torch_gradients_are_true

IMAGE = ("N", 3, 4, 5)
OTHERS = st.sampled_from([IMAGE, ("N", 3, 1, 1), (3, 1, 1)])


@given(other=OTHERS, seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_reals_are_those_of_onnx_runtime(other, seed):
    inputs = activation(IMAGE), activation(other, name="b")
    assert OneNode("sub", inputs).difference(seed) == 0


@given(other=OTHERS, a=QUANTIZATIONS, b=QUANTIZATIONS, stored=QUANTIZATIONS, seed=SEEDS)
@settings(max_examples=50, deadline=None)
def test_integers_are_those_of_onnx_runtime(other, a, b, stored, seed):
    inputs = activation(IMAGE, a), activation(other, b, "b")
    case = OneNode("sub", inputs, stored=stored)
    # Products with float scales are rounded in ONNX Runtime, which decides ties otherwise.
    assert case.difference(seed) <= (0 if case.has_exact_scales else 1)
    assert case.comes_back


@given(other=OTHERS, seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_torch_form_means_the_same(other, seed):
    inputs = activation(IMAGE), activation(other, name="b")
    assert torch_form_agrees(OneNode("sub", inputs, {"clamp": (-2.0, 6.0)}), seed)


def test_torch_gradients_are_true():
    inputs = activation(IMAGE), activation((3, 1, 1), name="b")
    assert torch_gradients_are_true(OneNode("sub", inputs, {"clamp": (-2.0, 6.0)}))


def test_clamp_is_a_clip_behind():
    inputs = activation(("N", 3)), activation(("N", 3), name="b")
    case = OneNode("sub", inputs, {"clamp": (0.0, 6.0)})
    a, b = np.array([[1, 2, 9]], np.float32), np.array([[2, 1, 1]], np.float32)
    assert case.run(a, b).tolist() == [[0, 1, 6]]


def test_hub_gives_the_node_back():
    case = OneNode("sub", (activation(("N", 3)), activation(("N", 3), name="b")))
    assert case.comes_back
