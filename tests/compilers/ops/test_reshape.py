"""Reshapes; the four ONNX forms are read in tests/compilers/hub/test_read.py."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.ops.reshape import OP
from zoo.errors import HubError, UnsupportedOpError
from zoo.graph import Tensor
from zoo.op import OnnxCall

SHAPES = st.sampled_from([(24,), (2, 12), (4, 3, 2), (24, 1, 1), (1, 2, 3, 4)])


@given(shape=SHAPES, seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_reals_are_those_of_onnx_runtime(shape, seed):
    case = OneNode("reshape", (activation(("N", 2, 3, 4)),), {"shape": shape})
    assert case.difference(seed) == 0
    assert case.comes_back


@given(shape=SHAPES, grid=QUANTIZATIONS, seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_integers_are_those_of_onnx_runtime(shape, grid, seed):
    case = OneNode("reshape", (activation(("N", 2, 3, 4), grid),), {"shape": shape}, grid)
    assert case.difference(seed) == 0
    assert case.comes_back


@given(shape=SHAPES, seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_torch_form_means_the_same(shape, seed):
    case = OneNode("reshape", (activation(("N", 2, 3, 4)),), {"shape": shape})
    assert torch_form_agrees(case, seed)


def test_torch_gradients_are_true():
    case = OneNode("reshape", (activation(("N", 2, 3, 4)),), {"shape": (2, 12)})
    assert torch_gradients_are_true(case)


def test_values_must_be_as_many():
    case = OneNode("reshape", (activation(("N", 2, 3)),), {"shape": (5,)})
    with pytest.raises(HubError) as caught:
        _ = case.output
    assert str(caught.value) == (
        "node 'alone' (reshape): (2, 3) has another number of values than (5,)"
    )


@pytest.mark.parametrize(
    ("op_type", "parameter", "attributes", "found"),
    [
        ("Reshape", (6, -1), {}, "a shape without its batch"),
        ("Reshape", (-1, 3), {}, "('N', 3)"),
        ("Reshape", (0, 5, -1), {}, "('N', 5, 1)"),
        ("Reshape", (0, 0, 0, 0), {}, "a shape without its batch"),
        ("Reshape", (0, 6), {"allowzero": 1}, "a shape without its batch"),
        ("Flatten", None, {"axis": 2}, "a shape without its batch"),
        ("Flatten", None, {"axis": 0}, "a shape without its batch"),
        ("Squeeze", (1,), {}, "a shape without its batch"),
        ("Unsqueeze", (0,), {}, "(1, 'N', 2, 3)"),
        ("Unsqueeze", (1, 1), {}, "a shape without its batch"),
    ],
)
def test_reshapes_across_samples_are_refused(op_type, parameter, attributes, found):
    data = None if parameter is None else np.array(parameter, np.int64)
    constants = () if data is None else (Tensor("to", data.shape, "int64", data=data),)
    call = OnnxCall(
        op_type, attributes, (activation(("N", 2, 3)), *constants), "net.onnx: node 'r'"
    )
    with pytest.raises(UnsupportedOpError) as caught:
        OP.parse(call)
    assert str(caught.value) == (
        f"net.onnx: node 'r': {op_type} of 'x' ('N', 2, 3) to {found}; only reshapes that keep the "
        "batch as the first axis are supported: write x.flatten(1) or x.reshape(-1, 196), for "
        "example"
    )


def test_fixed_batches_may_be_written_out():
    shape = Tensor("to", (2,), "int64", data=np.array([1, 6]))
    parsed = OP.parse(OnnxCall("Reshape", {}, (activation((1, 2, 3)), shape), "net.onnx"))
    assert parsed.attributes == {"shape": (6,)}
