"""Pad against ONNX Runtime."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation, constant
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.ops.pad import OP
from zoo.errors import QuantizeError, UnsupportedOpError
from zoo.graph import Quantization, Tensor
from zoo.op import OnnxCall

WIDTHS = st.tuples(st.just(0), *[st.integers(0, 3)] * 3)
WHERE = "net.onnx: node 'p'"


@given(before=WIDTHS, after=WIDTHS, value=st.floats(-4, 4, width=32), seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_reals_are_those_of_onnx_runtime(before, after, value, seed):
    attributes = {"before": before, "after": after, "value": value}
    case = OneNode("pad", (activation(("N", 3, 2, 4)),), attributes)
    assert case.difference(seed) == 0
    assert case.comes_back


@given(before=WIDTHS, after=WIDTHS, shared=QUANTIZATIONS, level=st.integers(0, 255), seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_integers_are_those_of_onnx_runtime(before, after, shared, level, seed):
    x = activation(("N", 3, 2, 4), shared)
    value = 0.0
    if np.frexp(shared.scale[0])[0] == 0.5:
        value = shared.scale[0] * (shared.qmin + level - shared.zero_point[0])
    attributes = {"before": before, "after": after, "value": value}
    case = OneNode("pad", (x,), attributes, shared)
    assert case.difference(seed) == 0
    assert case.comes_back


@given(before=WIDTHS, after=WIDTHS, value=st.floats(-4, 4, width=32), seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_torch_form_means_the_same(before, after, value, seed):
    attributes = {"before": before, "after": after, "value": value}
    assert torch_form_agrees(OneNode("pad", (activation(("N", 3, 2, 4)),), attributes), seed)


def test_torch_gradients_are_true():
    attributes = {"before": (0, 0, 1, 2), "after": (0, 1, 0, 3), "value": 0.5}
    assert torch_gradients_are_true(OneNode("pad", (activation(("N", 3, 2, 4)),), attributes))


def test_zero_is_the_zero_point():
    shared = Quantization((0.1,), (37,), signed=False)
    attributes = {"before": (0, 1), "after": (0, 0), "value": 0.0}
    case = OneNode("pad", (activation(("N", 1), shared),), attributes, shared)
    assert case.node.integer == {"value": (37,)}


@pytest.mark.parametrize(("value", "level"), [(0.25, "0.5"), (80.0, "160")])
def test_values_without_an_integer_are_refused(value, level):
    shared = Quantization((0.5,), (0,))
    attributes = {"before": (0, 1), "after": (0, 0), "value": value}
    with pytest.raises(QuantizeError) as caught:
        OneNode("pad", (activation(("N", 1), shared),), attributes, shared).node  # noqa: B018
    assert str(caught.value) == (
        f"node 'alone' (pad): the value {value:g} would be the integer {level} of 'y'; only whole "
        "numbers from -128 to 127 can be stored: pad with 0"
    )


def test_axes_choose_what_is_padded():
    x = activation(("N", 3, 2, 4))
    pads, axes = _int64("pads", [1, 2]), _int64("axes", [-1])
    parsed = OP.parse(OnnxCall("Pad", {}, (x, pads, None, axes), WHERE))
    assert parsed.attributes == {"before": (0, 0, 0, 1), "after": (0, 0, 0, 2), "value": 0.0}


def test_other_modes_are_refused():
    call = OnnxCall("Pad", {"mode": "reflect"}, (activation(("N", 3)),), WHERE)
    with pytest.raises(UnsupportedOpError) as caught:
        OP.parse(call)
    assert str(caught.value) == (
        "net.onnx: node 'p': Pad of 'x' has mode 'reflect'; only 'constant' is supported: train "
        "with zero padding"
    )


def test_infinite_values_are_refused():
    x, pads = activation(("N", 3)), _int64("pads", [0, 1, 0, 1])
    value = constant(-np.inf, "value")
    with pytest.raises(UnsupportedOpError) as caught:
        OP.parse(OnnxCall("Pad", {}, (x, pads, value), WHERE))
    assert str(caught.value) == (
        "net.onnx: node 'p': Pad of 'x' has the value -inf; only finite values are supported: pad "
        "in the pooling that follows"
    )


def test_incomplete_pads_are_refused():
    with pytest.raises(UnsupportedOpError) as caught:
        OP.parse(OnnxCall("Pad", {}, (activation(("N", 3)), _int64("pads", [0, 1])), WHERE))
    assert str(caught.value) == (
        "net.onnx: node 'p': Pad of 'x' ('N', 3) has 2 pads for the axes (0, 1); each axis needs "
        "two: export the file again"
    )


@pytest.mark.parametrize("pads", [[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0]])
def test_padding_the_batch_and_cropping_are_refused(pads):
    with pytest.raises(UnsupportedOpError) as caught:
        OP.parse(OnnxCall("Pad", {}, (activation(("N", 3)), _int64("pads", pads)), WHERE))
    assert str(caught.value) == (
        f"net.onnx: node 'p': Pad of 'x' ('N', 3) by {tuple(pads[:2])} before and "
        f"{tuple(pads[2:])} after the axes; only widths of 0 and more are supported, and 0 for the "
        "batch: crop with Slice"
    )


def _int64(name, values):
    return Tensor(name, (len(values),), "int64", data=np.array(values, np.int64))
