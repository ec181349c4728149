"""Slice against ONNX Runtime."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.ops.slice import OP
from zoo.errors import UnsupportedOpError
from zoo.graph import Tensor
from zoo.op import OnnxCall

SHAPE = ("N", 7, 5, 6)


@st.composite
def cuts(draw):
    """Attributes that keep something of some axes of SHAPE."""
    axes = tuple(sorted(draw(st.sets(st.integers(1, 3), min_size=1))))
    starts = tuple(draw(st.integers(0, SHAPE[axis] - 1)) for axis in axes)
    ends = tuple(draw(st.integers(s + 1, SHAPE[a])) for a, s in zip(axes, starts, strict=True))
    steps = tuple(draw(st.integers(1, 4)) for _ in axes)
    return {"starts": starts, "ends": ends, "axes": axes, "steps": steps}


@given(cut=cuts(), seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_reals_are_those_of_onnx_runtime(cut, seed):
    case = OneNode("slice", (activation(SHAPE),), cut)
    assert case.difference(seed) == 0
    assert case.comes_back


@given(cut=cuts(), shared=QUANTIZATIONS, seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_integers_are_those_of_onnx_runtime(cut, shared, seed):
    case = OneNode("slice", (activation(SHAPE, shared),), cut, shared)
    assert case.difference(seed) == 0
    assert case.comes_back


@given(cut=cuts(), seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_torch_form_means_the_same(cut, seed):
    assert torch_form_agrees(OneNode("slice", (activation(SHAPE),), cut), seed)


def test_torch_gradients_are_true():
    cut = {"starts": (1, 0), "ends": (7, 4), "axes": (1, 3), "steps": (2, 3)}
    assert torch_gradients_are_true(OneNode("slice", (activation(SHAPE),), cut))


@given(
    start=st.integers(-9, 9), end=st.integers(-9, 9) | st.just(2**63 - 1), step=st.integers(1, 3)
)
def test_bounds_of_any_form_mean_what_they_mean_in_numpy(start, end, step):
    x = np.arange(14, dtype=np.float32).reshape(2, 7)
    call = _call(("N", 7), starts=[start], ends=[end], axes=[-1], steps=[step])
    expected = x[:, start:end:step]
    if not expected.size:
        with pytest.raises(UnsupportedOpError, match="Slice keeps nothing of 'x'"):
            OP.parse(call)
        return
    case = OneNode("slice", call.inputs[:1], OP.parse(call).attributes)
    np.testing.assert_array_equal(case.run(x), expected)


def test_axes_and_steps_may_be_omitted():
    call = _call((2, 7), starts=[1, 3], ends=[2, 7])
    with pytest.raises(UnsupportedOpError, match="along the batch"):
        OP.parse(call)
    call = _call(("N", 7), starts=[3], ends=[7], axes=[1])
    expected = {"starts": (3,), "ends": (7,), "axes": (1,), "steps": (1,)}
    assert OP.parse(call).attributes == expected


def test_incomplete_bounds_are_refused():
    with pytest.raises(UnsupportedOpError) as caught:
        OP.parse(_call(("N", 7), starts=[0, 1], ends=[1], axes=[0]))
    assert str(caught.value) == (
        "net.onnx: node 's': Slice of 'x' has 2 starts, 1 ends, 1 axes and 2 steps; each axis "
        "needs one of each: export the file again"
    )


@pytest.mark.parametrize(
    ("batch", "end"), [("N", 2**31 - 1), ("N", 2**63 - 1), (2, 2), (2, 2**63 - 1)]
)
def test_the_whole_batch_is_no_cut(batch, end):
    call = _call((batch, 7), starts=[0, 3], ends=[end, 7], axes=[0, 1])
    expected = {"starts": (3,), "ends": (7,), "axes": (1,), "steps": (1,)}
    assert OP.parse(call).attributes == expected
    nothing = OP.parse(_call((batch, 7), starts=[0], ends=[end], axes=[0])).attributes
    case = OneNode("slice", (activation((batch, 7)),), nothing)
    assert case.difference(seed=1) == 0
    assert case.comes_back


def test_cutting_the_batch_is_refused():
    call = _call(("N", 7), starts=[0], ends=[1], axes=[0])
    with pytest.raises(UnsupportedOpError) as caught:
        OP.parse(call)
    assert str(caught.value) == (
        "net.onnx: node 's': Slice cuts 'x' ('N', 7) along the batch (axis 0); only the other axes "
        "are supported: split the batch outside the network"
    )


def test_reversing_is_refused():
    call = _call(("N", 7), starts=[6], ends=[-8], axes=[1], steps=[-1])
    with pytest.raises(UnsupportedOpError) as caught:
        OP.parse(call)
    assert str(caught.value) == (
        "net.onnx: node 's': Slice takes 'x' ('N', 7) in steps of -1 along axis 1; only positive "
        "steps are supported: do not reverse axes"
    )


def test_computed_bounds_are_refused():
    x, starts = activation(("N", 7)), Tensor("where", (1,), "int64")
    with pytest.raises(UnsupportedOpError) as caught:
        OP.parse(OnnxCall("Slice", {}, (x, starts, starts), "net.onnx: node 's'"))
    assert str(caught.value) == (
        "net.onnx: node 's': Slice reads its starts from 'where', which the network computes; only "
        "constants are supported: export with fixed shapes"
    )


def _call(shape, **parameters):
    constants = (
        Tensor(name, (len(values),), "int64", data=np.array(values, np.int64))
        for name, values in parameters.items()
    )
    return OnnxCall("Slice", {}, (activation(shape), *constants), "net.onnx: node 's'")
