"""Mul, and Div by a constant, against ONNX Runtime."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation, constant
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.op_parts.arithmetic import dequantize
from compilers.ops.mul import OP
from zoo.errors import HubError, UnsupportedOpError
from zoo.graph import Quantization
from zoo.op import OnnxCall

CLAMPS = st.sampled_from([(0.0, float("inf")), (0.0, 6.0), (-1.5, 2.0)])
IMAGE = ("N", 3, 4, 5)
OTHERS = st.sampled_from([IMAGE, ("N", 3, 1, 1), (1, 3, 1, 1), (3, 1, 1), (1, 1, 4, 5)])


@given(other=OTHERS, seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_reals_are_those_of_onnx_runtime(other, seed):
    inputs = activation(IMAGE), activation(other, name="gate")
    assert OneNode("mul", inputs).difference(seed) == 0


@given(other=OTHERS, a=QUANTIZATIONS, b=QUANTIZATIONS, stored=QUANTIZATIONS, seed=SEEDS)
@settings(max_examples=50, deadline=None)
def test_integers_are_those_of_onnx_runtime(other, a, b, stored, seed):
    inputs = activation(IMAGE, a), activation(other, b, "gate")
    case = OneNode("mul", inputs, stored=stored)
    # Products of float scales are rounded in ONNX Runtime, which decides ties otherwise.
    assert case.difference(seed) <= (0 if case.has_exact_scales else 1)
    assert case.comes_back


@given(other=OTHERS, clamp=CLAMPS, seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_torch_form_means_the_same(other, clamp, seed):
    inputs = activation(IMAGE), activation(other, name="gate")
    assert torch_form_agrees(OneNode("mul", inputs, {"clamp": clamp}), seed)


def test_torch_gradients_are_true():
    gate, factor = activation(("N", 3, 1, 1), name="gate"), constant([[[2.0]], [[-1.0]], [[0.5]]])
    for other in (gate, factor):
        case = OneNode("mul", (activation(IMAGE), other), {"clamp": (-1.5, 2.0)})
        assert torch_gradients_are_true(case)


@given(a=QUANTIZATIONS, stored=QUANTIZATIONS, exact=st.booleans(), seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_constant_may_have_a_scale_for_each_channel(a, stored, exact, seed):
    random = np.random.default_rng(seed)
    scales = 2.0 ** random.integers(-6, 0, 3) if exact else random.uniform(0.01, 1, 3)
    grid = Quantization(tuple(np.float32(scales).tolist()), (0, 3, -7), axis=1)
    data = random.integers(-128, 128, (1, 3, 1, 1)).astype(np.int8)
    reals = constant(dequantize(data, grid), "factor")
    case = OneNode(
        "mul",
        (activation(IMAGE, a), replace(reals, dtype="int8", quantization=grid, data=data)),
        stored=stored,
    )
    assert len(case.node.integer["multiplier"]) == 3
    assert case.difference(seed) <= (0 if case.has_exact_scales else 1)


def test_constant_may_be_a_scalar():
    grid = Quantization((0.5,), (0,))
    three = replace(constant(3.0, "three"), dtype="int8", quantization=grid, data=np.array(6, "i1"))
    case = OneNode("mul", (activation(IMAGE, grid), three), stored=grid)
    assert case.difference(seed=2) == 0
    assert case.comes_back


@given(clamp=CLAMPS, seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_clamp_is_a_clip_behind(clamp, seed):
    random = np.random.default_rng(seed)
    a, b = (random.standard_normal((2, 3)).astype(np.float32) for _ in range(2))
    inputs = activation(("N", 3)), activation(("N", 3), name="gate")
    clamped = OneNode("mul", inputs, {"clamp": clamp}).run(a, b)
    np.testing.assert_array_equal(clamped, np.clip(a * b, *np.float32(clamp)))


def test_clamp_bounds_the_integers():
    grid = Quantization((0.5,), (0,))
    inputs = activation(("N", 3), grid), activation(("N", 3), grid, "gate")
    case = OneNode("mul", inputs, {"clamp": (0.0, 6.0)}, grid)
    q = np.array([[-100, 3, 100]], np.int8)
    assert case.run(q, np.full_like(q, 2)).tolist() == [[0, 3, 12]]


def test_constant_stands_second():
    x, factor = activation(("N", 3)), constant(np.ones(3), "factor")
    assert OP.parse(OnnxCall("Mul", {}, (factor, x))).inputs == (x, factor)
    assert OP.parse(OnnxCall("Mul", {}, (x, factor))).inputs == (x, factor)


def test_hub_gives_the_node_back():
    case = OneNode("mul", (activation(("N", 3)), activation(("N", 3), name="gate")))
    assert case.comes_back


def test_division_by_a_constant_is_a_product():
    x, six = activation(("N", 3)), constant(6.0, "six")
    _, sixth = OP.parse(OnnxCall("Div", {}, (x, six))).inputs
    assert (sixth.name, sixth.data) == ("six.reciprocal", np.float32(1 / 6))


def test_other_divisions_are_refused():
    x, zero = activation(("N", 3)), constant(0.0, "zero")
    for divisor in (zero, activation(("N", 3), name="zero")):
        with pytest.raises(UnsupportedOpError) as caught:
            OP.parse(OnnxCall("Div", {}, (x, divisor), "net.onnx: node 'd'"))
        assert str(caught.value) == (
            "net.onnx: node 'd': Div by 'zero'; only float constants without zeros can divide: "
            "multiply by the reciprocal"
        )


def test_shapes_that_do_not_fit_are_refused():
    case = OneNode("mul", (activation(("N", 3)), activation(("N", 4), name="gate")))
    with pytest.raises(HubError, match=r"node 'alone' \(mul\): shapes"):
        case.output  # noqa: B018
