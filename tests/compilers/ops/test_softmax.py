"""Softmax against ONNX Runtime."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.ops.softmax import OP
from zoo.errors import QuantizeError, UnsupportedOpError
from zoo.graph import Quantization
from zoo.op import OnnxCall

SHAPES = st.tuples(st.just("N"), st.integers(1, 20), st.integers(1, 5), st.integers(1, 5))
UNSIGNED = Quantization((1 / 256,), (0,), signed=False)
SIGNED = Quantization((1 / 256,), (-128,))


@given(shape=SHAPES, axis=st.integers(1, 3), seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_reals_are_those_of_onnx_runtime(shape, axis, seed):
    assert OneNode("softmax", (activation(shape),), {"axis": axis}).difference(seed) < 1e-6


@given(
    shape=SHAPES,
    axis=st.integers(1, 3),
    read=QUANTIZATIONS,
    stored=st.sampled_from([UNSIGNED, SIGNED]) | QUANTIZATIONS,
    seed=SEEDS,
)
@settings(max_examples=50, deadline=None)
def test_integers_are_those_of_onnx_runtime(shape, axis, read, stored, seed):
    # Exponentials have 20 bits here and 24 in float32: near ties may fall apart.
    case = OneNode("softmax", (activation(shape, read),), {"axis": axis}, stored)
    assert case.difference(seed) <= 1
    assert case.comes_back


@given(shape=SHAPES, axis=st.integers(1, 3), seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_torch_form_means_the_same(shape, axis, seed):
    assert torch_form_agrees(OneNode("softmax", (activation(shape),), {"axis": axis}), seed)


def test_torch_gradients_are_true():
    case = OneNode("softmax", (activation(("N", 4, 3)),), {"axis": 1})
    assert torch_gradients_are_true(case)


@pytest.mark.parametrize("distance", [0, 1, 40])
def test_4096_classes_stay_within_one_step(distance):
    read = Quantization((0.17,), (3,))
    case = OneNode("softmax", (activation((1, 4096), read),), {"axis": 1}, UNSIGNED)
    q = np.full((1, 4096), 100 - distance, np.int8)
    q[0, 7] = 100
    assert np.abs(case.run(q).astype(int) - case.run_onnx(q)).max() <= 1


@pytest.mark.parametrize(("rounding", "expected"), [("half_even", 0), ("half_up", 1)])
def test_ties_fall_as_the_output_rounds(rounding, expected):
    read = Quantization((1.0,), (0,))
    stored = Quantization((1 / 256,), (0,), signed=False, rounding=rounding)
    case = OneNode("softmax", (activation((1, 512), read),), {"axis": 1}, stored)
    assert set(case.run(np.zeros((1, 512), np.int8)).flat) == {expected}


def test_certainty_saturates_at_255():
    read = Quantization((1.0,), (0,))
    case = OneNode("softmax", (activation((1, 2), read),), {"axis": 1}, UNSIGNED)
    assert case.run(np.array([[-128, 127]], np.int8)).tolist() == [[0, 255]]


def test_known_range_is_0_to_1():
    case = OneNode("softmax", (activation(("N", 2)),), {"axis": 1})
    assert OP.fixed_quantization(case.node) == UNSIGNED


def test_hub_gives_the_node_back():
    case = OneNode("softmax", (activation(("N", 4, 3)),), {"axis": 2})
    assert case.comes_back


def test_axis_counts_from_the_end_too():
    x = activation(("N", 4, 3))
    assert OP.parse(OnnxCall("Softmax", {"axis": -2}, (x,))).attributes == {"axis": 1}
    assert OP.parse(OnnxCall("Softmax", {}, (x,))).attributes == {"axis": 2}


def test_batch_axis_is_refused():
    call = OnnxCall("Softmax", {"axis": 0}, (activation(("N", 3)),), "net.onnx: node 's'")
    with pytest.raises(UnsupportedOpError) as caught:
        OP.parse(call)
    assert str(caught.value) == (
        "net.onnx: node 's': Softmax along axis 0 of 'x' ('N', 3); only axes 1 to 1 are "
        "supported, axis 0 is the batch: put the classes on axis 1"
    )


def test_wide_integers_are_refused():
    wide = Quantization((1.0,), (0,), bits=16)
    with pytest.raises(QuantizeError, match="'x' has 16 bits and feeds a table op"):
        OneNode("softmax", (activation(("N", 3), wide),), {"axis": 1}, UNSIGNED).node  # noqa: B018
