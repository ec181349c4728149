"""LeakyRelu against ONNX Runtime."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.ops.leaky_relu import OP
from zoo.op import OnnxCall

ALPHAS = st.sampled_from([0.0, 0.125, 0.25]) | st.floats(-1, 2, width=32)


@given(alpha=ALPHAS, seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_reals_are_those_of_onnx_runtime(alpha, seed):
    case = OneNode("leaky_relu", (activation(("N", 5, 3)),), {"alpha": alpha})
    assert case.difference(seed) == 0


@given(alpha=ALPHAS, read=QUANTIZATIONS, stored=QUANTIZATIONS, seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_integers_are_those_of_onnx_runtime(alpha, read, stored, seed):
    case = OneNode("leaky_relu", (activation(("N", 64), read),), {"alpha": alpha}, stored)
    exact = case.has_exact_scales and alpha in (0.0, 0.125, 0.25)
    # ONNX Runtime computes in float32, the table is made in float64: near ties may fall apart.
    assert case.difference(seed) <= (0 if exact else 1)
    assert case.comes_back


@given(alpha=ALPHAS, seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_torch_form_means_the_same(alpha, seed):
    assert torch_form_agrees(
        OneNode("leaky_relu", (activation(("N", 5, 3)),), {"alpha": alpha}), seed
    )


@pytest.mark.parametrize("alpha", [0.25, -0.5])
def test_torch_gradients_are_true(alpha):
    case = OneNode("leaky_relu", (activation(("N", 5, 3)),), {"alpha": alpha})
    assert torch_gradients_are_true(case)


def test_default_slope_is_that_of_onnx():
    parsed = OP.parse(OnnxCall("LeakyRelu", {}, (activation(("N", 4)),)))
    assert parsed.attributes == {"alpha": np.float32(0.01)}


def test_hub_gives_the_node_back():
    case = OneNode("leaky_relu", (activation(("N", 4)),), {"alpha": 0.25})
    assert case.comes_back
