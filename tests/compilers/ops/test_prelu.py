"""PRelu against ONNX Runtime."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation, constant
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.ops.prelu import OP
from zoo.errors import UnsupportedOpError
from zoo.graph import Quantization
from zoo.op import OnnxCall

SLOPES = st.lists(st.sampled_from([0.125, 0.25, -0.5]), min_size=1, max_size=5) | st.lists(
    st.floats(-1, 2, width=32), min_size=1, max_size=5
)


@given(slopes=SLOPES, seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_reals_are_those_of_onnx_runtime(slopes, seed):
    slope = constant([[[slope]] for slope in slopes], "slope")
    x = activation(("N", len(slopes), 2, 3))
    assert OneNode("prelu", (x, slope)).difference(seed) == 0


@given(slopes=SLOPES, read=QUANTIZATIONS, stored=QUANTIZATIONS, seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_integers_are_those_of_onnx_runtime(slopes, read, stored, seed):
    slope = constant([[[slope]] for slope in slopes], "slope")
    case = OneNode("prelu", (activation(("N", len(slopes), 4, 5), read), slope), stored=stored)
    exact = case.has_exact_scales and set(slopes) <= {0.125, 0.25, -0.5}
    # ONNX Runtime computes in float32, the table is made in float64: near ties may fall apart.
    assert case.difference(seed) <= (0 if exact else 1)
    assert case.comes_back


@given(slopes=SLOPES, seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_torch_form_means_the_same(slopes, seed):
    slope = constant([[[slope]] for slope in slopes], "slope")
    assert torch_form_agrees(OneNode("prelu", (activation(("N", len(slopes), 2, 3)), slope)), seed)


@pytest.mark.parametrize("slopes", [[[[0.25]], [[-0.5]], [[1.5]]], [0.25], 0.25])
def test_torch_gradients_are_true(slopes):
    case = OneNode("prelu", (activation(("N", 3, 2, 2)), constant(slopes, "slope")))
    assert torch_gradients_are_true(case)


@pytest.mark.parametrize("shape", [(), (1,), (1, 1, 1), (1, 1, 1, 1)])
def test_one_slope_serves_all_channels(shape):
    read, stored = Quantization((0.5,), (0,)), Quantization((0.25,), (0,))
    slope = constant(np.full(shape, 0.25), "slope")
    case = OneNode("prelu", (activation(("N", 3, 2, 2), read), slope), stored=stored)
    assert len(case.node.integer["table"]) == 3 * 256
    assert case.difference(seed=1) == 0


def test_quantized_slopes_stand_for_their_reals():
    read, stored = Quantization((0.5,), (0,)), Quantization((0.25,), (0,))
    x = activation(("N", 2, 3, 3), read)
    real = constant([[[0.25]], [[-0.5]]], "slope")
    data = np.array([1, -2], np.int8).reshape(2, 1, 1)
    integer = replace(real, dtype="int8", quantization=Quantization((0.25,), (0,)), data=data)
    cases = [OneNode("prelu", (x, slope), stored=stored) for slope in (real, integer)]
    assert cases[0].node.integer == cases[1].node.integer


def test_hub_gives_the_node_back():
    slope = constant(np.ones((4, 1, 1)), "slope")
    case = OneNode("prelu", (activation(("N", 4, 2, 2)), slope))
    assert case.comes_back


def test_slopes_along_the_width_are_refused():
    x, slope = activation(("N", 4, 2, 3)), constant(np.ones(3), "slope")
    with pytest.raises(UnsupportedOpError) as caught:
        OP.parse(OnnxCall("PRelu", {}, (x, slope), "net.onnx: node 'act'"))
    assert str(caught.value) == (
        "net.onnx: node 'act': PRelu of 'x' ('N', 4, 2, 3) has the constant slope 'slope' (3,); "
        "only constants with one value, or one per channel such as (C, 1, 1), are supported: "
        "train with nn.PReLU(C)"
    )


def test_computed_slopes_are_refused():
    x, slope = activation(("N", 4, 2, 3)), activation((4, 1, 1), name="slope")
    with pytest.raises(UnsupportedOpError, match="has the computed slope 'slope'"):
        OP.parse(OnnxCall("PRelu", {}, (x, slope), "net.onnx: node 'act'"))
