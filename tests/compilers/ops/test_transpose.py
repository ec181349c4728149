"""Transpose against ONNX Runtime."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.ops.transpose import OP
from zoo.errors import UnsupportedOpError
from zoo.op import OnnxCall

PERMUTATIONS = st.integers(1, 4).flatmap(lambda rank: st.permutations(range(1, rank + 1)))


@given(axes=PERMUTATIONS, seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_reals_are_those_of_onnx_runtime(axes, seed):
    x = activation(("N", *range(2, 2 + len(axes))))
    assert OneNode("transpose", (x,), {"permutation": (0, *axes)}).difference(seed) == 0


@given(axes=PERMUTATIONS, shared=QUANTIZATIONS, seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_integers_are_those_of_onnx_runtime(axes, shared, seed):
    x = activation(("N", *range(2, 2 + len(axes))), shared)
    case = OneNode("transpose", (x,), {"permutation": (0, *axes)}, shared)
    assert case.difference(seed) == 0
    assert case.comes_back


@given(axes=PERMUTATIONS, seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_torch_form_means_the_same(axes, seed):
    x = activation(("N", *range(2, 2 + len(axes))))
    assert torch_form_agrees(OneNode("transpose", (x,), {"permutation": (0, *axes)}), seed)


def test_torch_gradients_are_true():
    case = OneNode("transpose", (activation(("N", 2, 3, 4)),), {"permutation": (0, 2, 3, 1)})
    assert torch_gradients_are_true(case)


def test_hub_gives_the_node_back():
    case = OneNode("transpose", (activation(("N", 2, 3, 4)),), {"permutation": (0, 2, 3, 1)})
    assert case.comes_back


def test_moving_the_batch_is_refused():
    call = OnnxCall("Transpose", {}, (activation(("N", 3)),), "net.onnx: node 't'")
    with pytest.raises(UnsupportedOpError) as caught:
        OP.parse(call)
    assert str(caught.value) == (
        "net.onnx: node 't': Transpose of 'x' ('N', 3) to the order (1, 0); only orders of all "
        "axes that begin with 0 are supported: keep the batch first"
    )
