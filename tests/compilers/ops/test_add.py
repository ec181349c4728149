"""Addition against ONNX Runtime."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation, constant
from torch_form import torch_form_agrees, torch_gradients_are_true

from zoo.errors import HubError
from zoo.graph import Quantization

IMAGE = ("N", 3, 4, 5)
OTHERS = st.sampled_from([IMAGE, ("N", 3, 1, 1), (1, 3, 1, 1), (3, 1, 1), (5,)])


@given(other=OTHERS, seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_reals_are_those_of_onnx_runtime(other, seed):
    case = OneNode("add", (activation(IMAGE), activation(other, name="z")))
    assert case.difference(seed) == 0
    assert case.comes_back


@given(other=OTHERS, a=QUANTIZATIONS, b=QUANTIZATIONS, stored=QUANTIZATIONS, seed=SEEDS)
@settings(max_examples=60, deadline=None)
def test_integers_are_those_of_onnx_runtime(other, a, b, stored, seed):
    inputs = activation(IMAGE, a), activation(other, b, "z")
    case = OneNode("add", inputs, {"clamp": (-2.0, 6.0)}, stored)
    # Sums of float scales are rounded in ONNX Runtime, which decides ties otherwise.
    assert case.difference(seed) <= (0 if case.has_exact_scales else 1)
    assert case.comes_back


@given(other=OTHERS, seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_torch_form_means_the_same(other, seed):
    inputs = activation(IMAGE), activation(other, name="z")
    assert torch_form_agrees(OneNode("add", inputs, {"clamp": (-2.0, 6.0)}), seed)


@pytest.mark.parametrize("other", [IMAGE, (3, 1, 1)])
def test_torch_gradients_are_true(other):
    inputs = activation(IMAGE), activation(other, name="z")
    assert torch_gradients_are_true(OneNode("add", inputs, {"clamp": (-2.0, 6.0)}))


@pytest.mark.parametrize(("rounding", "sums"), [("half_even", [0, 1, 2]), ("half_up", [1, 1, 3])])
def test_sums_are_rounded_once(rounding, sums):
    grid = Quantization((0.25,), (0,))
    stored = Quantization((1.0,), (0,), rounding=rounding)
    case = OneNode("add", (activation((3,), grid), activation((3,), grid, "z")), stored=stored)
    # 0.25 + 0.25, 0.5 + 0.5 and 1.25 + 1.25; summands rounded alone would give 0 or 2 for 1.0.
    assert case.run(np.int8([1, 2, 5]), np.int8([1, 2, 5])).tolist() == sums


def test_constants_may_be_added():
    case = OneNode("add", (activation(IMAGE), constant(np.ones((3, 1, 1)), "offset")))
    assert case.difference(seed=1) == 0
    assert case.comes_back


def test_shapes_that_do_not_fit():
    case = OneNode("add", (activation(IMAGE), activation(("N", 2, 1, 1), name="z")))
    with pytest.raises(HubError) as caught:
        _ = case.output
    assert str(caught.value) == (
        "node 'alone' (add): shapes ('N', 3, 4, 5) and ('N', 2, 1, 1) do not fit together"
    )
