"""Concatenation against ONNX Runtime."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.ops.concat import OP
from zoo.errors import HubError, UnsupportedOpError
from zoo.graph import Quantization
from zoo.op import OnnxCall

AXES = st.integers(1, 3)


def _shape(axis: int, size: int) -> tuple[int | str, ...]:
    return (*("N", 2, 3, 4)[:axis], size, *("N", 2, 3, 4)[axis + 1 :])


@given(axis=AXES, seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_reals_are_those_of_onnx_runtime(axis, seed):
    inputs = tuple(activation(_shape(axis, size), name=f"x{size}") for size in (1, 2, 3))
    case = OneNode("concat", inputs, {"axis": axis})
    assert case.difference(seed) == 0
    assert case.comes_back


@given(axis=AXES, a=QUANTIZATIONS, b=QUANTIZATIONS, stored=QUANTIZATIONS, seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_integers_are_those_of_onnx_runtime(axis, a, b, stored, seed):
    inputs = activation(_shape(axis, 1), a, "a"), activation(_shape(axis, 3), b, "b")
    case = OneNode("concat", inputs, {"axis": axis}, stored)
    assert case.difference(seed) <= (0 if case.has_exact_scales else 1)
    assert case.comes_back


@given(axis=AXES, seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_torch_form_means_the_same(axis, seed):
    inputs = tuple(activation(_shape(axis, size), name=f"x{size}") for size in (1, 2, 3))
    assert torch_form_agrees(OneNode("concat", inputs, {"axis": axis}), seed)


def test_torch_gradients_are_true():
    inputs = activation(_shape(1, 1), name="a"), activation(_shape(1, 3), name="b")
    assert torch_gradients_are_true(OneNode("concat", inputs, {"axis": 1}))


@given(grid=QUANTIZATIONS)
@settings(max_examples=20, deadline=None)
def test_equal_quantizations_are_copied(grid):
    inputs = activation(("N", 256), grid, "a"), activation(("N", 256), grid, "b")
    case = OneNode("concat", inputs, {"axis": 1}, grid)
    every = np.arange(grid.qmin, grid.qmax + 1).astype(grid.dtype)[None]
    np.testing.assert_array_equal(case.run(every, every), np.concatenate([every, every], axis=1))


def test_shapes_that_do_not_fit():
    inputs = activation(("N", 2, 3)), activation(("N", 2, 4), name="z")
    with pytest.raises(HubError) as caught:
        _ = OneNode("concat", inputs, {"axis": 1}).output
    assert str(caught.value) == (
        "node 'alone' (concat): shapes [('N', 2, 3), ('N', 2, 4)] differ in more than axis 1"
    )


@pytest.mark.parametrize("axis", [0, -2, 2, -3])
def test_the_batch_is_not_joined(axis):
    call = OnnxCall("Concat", {"axis": axis}, (activation(("N", 2)),), "net.onnx: node 'c'")
    with pytest.raises(UnsupportedOpError) as caught:
        OP.parse(call)
    assert str(caught.value) == (
        f"net.onnx: node 'c': Concat of [('N', 2)] along axis {axis}; only axes 1 to 1 are "
        "supported, axis 0 is the batch"
    )


def test_grid_of_the_output_is_kept():
    grid = Quantization((0.5,), (0,))
    assert OneNode("concat", (activation(("N", 2), grid),), {"axis": 1}, grid).comes_back
