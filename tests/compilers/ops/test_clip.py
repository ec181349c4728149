"""Stand-alone clips against ONNX Runtime."""

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation, constant
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.ops.clip import OP
from zoo.errors import QuantizeError, UnsupportedOpError
from zoo.graph import Quantization
from zoo.op import OnnxCall

BOUNDS = st.sampled_from([(0.0, inf), (0.0, 6.0), (-1.5, 2.0), (-inf, 1.0), (-0.25, inf)])


@given(bounds=BOUNDS, seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_reals_are_those_of_onnx_runtime(bounds, seed):
    attributes = dict(zip(("low", "high"), bounds, strict=True))
    case = OneNode("clip", (activation(("N", 2, 3, 4)),), attributes)
    assert case.difference(seed) == 0
    assert case.comes_back


@given(bounds=BOUNDS, grid=QUANTIZATIONS, seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_integers_are_those_of_onnx_runtime(bounds, grid, seed):
    attributes = dict(zip(("low", "high"), bounds, strict=True))
    case = OneNode("clip", (activation(("N", 2, 3, 4), grid),), attributes, grid)
    assert case.difference(seed) == 0
    assert case.comes_back


@given(bounds=BOUNDS, seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_torch_form_means_the_same(bounds, seed):
    attributes = dict(zip(("low", "high"), bounds, strict=True))
    assert torch_form_agrees(OneNode("clip", (activation(("N", 2, 3, 4)),), attributes), seed)


def test_torch_gradients_are_true():
    attributes = {"low": -1.5, "high": 2.0}
    assert torch_gradients_are_true(OneNode("clip", (activation(("N", 2, 3, 4)),), attributes))


def test_torch_gradients_pass_on_the_bounds():
    torch = pytest.importorskip("torch", reason="the torch form of an op needs PyTorch")
    x = torch.tensor([[-1.0, 0.0, 3.0, 6.0, 7.0]], requires_grad=True)
    case = OneNode("clip", (activation(("N", 5)),), {"low": 0.0, "high": 6.0})
    OP.run_torch(case.node, [x]).sum().backward()
    assert x.grad.tolist() == [[0, 1, 1, 1, 0]]


def test_two_quantizations_are_refused():
    attributes = {"low": 0.0, "high": 6.0}
    x = activation(("N", 2), Quantization((0.5,), (0,)))
    with pytest.raises(QuantizeError) as caught:
        _ = OneNode("clip", (x,), attributes, Quantization((0.25,), (0,))).node
    assert str(caught.value) == (
        "node 'alone' (clip): 'x' and 'y' need one quantization; put a requantize node between them"
    )


def test_bounds_must_be_numbers():
    inputs = activation(("N", 2)), constant([1, 2], "low")
    with pytest.raises(UnsupportedOpError) as caught:
        OP.parse(OnnxCall("Clip", {}, inputs, "net.onnx: node 'c'"))
    assert str(caught.value) == (
        "net.onnx: node 'c': Clip has a min of shape (2,); only one number is supported"
    )
