"""Means over windows against ONNX Runtime."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation, constant
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.ops.average_pool import OP
from zoo.errors import UnsupportedOpError
from zoo.graph import Quantization
from zoo.op import OnnxCall

IMAGE = ("N", 2, 5, 6)
WHERE = "net.onnx: node 'p'"


@st.composite
def _attributes(draw: st.DrawFn) -> dict:
    kernel = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    pads = tuple(draw(st.integers(0, kernel[axis % 2] - 1)) for axis in range(4))
    return {
        "kernel": kernel,
        "strides": draw(st.tuples(st.integers(1, 3), st.integers(1, 3))),
        "pads": pads,
        "count_include_pad": int(any(pads) and draw(st.booleans())),
        "keep_axes": 1,
    }


@given(attributes=_attributes(), seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_reals_are_those_of_onnx_runtime(attributes, seed):
    case = OneNode("average_pool", (activation(IMAGE),), attributes)
    # 16 summands of size 4, in another order, and one division.
    assert case.difference(seed) < 16 * 4 * 2**-23
    assert case.comes_back


@given(attributes=_attributes(), read=QUANTIZATIONS, stored=QUANTIZATIONS, seed=SEEDS)
@settings(max_examples=60, deadline=None)
def test_integers_are_those_of_onnx_runtime(attributes, read, stored, seed):
    case = OneNode("average_pool", (activation(IMAGE, read),), attributes, stored)
    # 1 / count is a multiplier of 24 bits, which decides a tie either way unless it is exact.
    exact = all(multiplier == 1 << 30 for multiplier in case.node.integer["multiplier"])
    assert case.difference(seed) <= (0 if exact and case.has_exact_scales else 1)
    assert case.comes_back


@given(attributes=_attributes(), seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_torch_form_means_the_same(attributes, seed):
    case = OneNode("average_pool", (activation(IMAGE),), {**attributes, "clamp": (-1.0, 1.5)})
    assert torch_form_agrees(case, seed)


@pytest.mark.parametrize("count_include_pad", [0, 1])
def test_torch_gradients_are_true(count_include_pad):
    window = {"kernel": (3, 2), "strides": (2, 1), "pads": (2, 1, 1, 0), "keep_axes": 1}
    attributes = {**window, "count_include_pad": count_include_pad}
    assert torch_gradients_are_true(OneNode("average_pool", (activation(IMAGE),), attributes))


@pytest.mark.parametrize("keep_axes", [0, 1])
def test_mean_of_the_whole_image(keep_axes):
    attributes = {"kernel": (5, 6), "strides": (1, 1), "pads": (0, 0, 0, 0)}
    case = OneNode(
        "average_pool",
        (activation(IMAGE),),
        {**attributes, "count_include_pad": 0, "keep_axes": keep_axes},
    )
    assert case.output.shape == (("N", 2, 1, 1) if keep_axes else ("N", 2))
    assert case.difference(seed=3) < 1e-6
    assert case.comes_back


@pytest.mark.parametrize("keep_axes", [0, 1])
def test_torch_mean_of_the_whole_image(keep_axes):
    attributes = {"kernel": (5, 6), "strides": (1, 1), "pads": (0, 0, 0, 0)}
    attributes |= {"count_include_pad": 0, "keep_axes": keep_axes}
    case = OneNode("average_pool", (activation(IMAGE),), attributes)
    assert torch_form_agrees(case, seed=3)
    assert torch_gradients_are_true(case)


def test_pads_that_do_not_count_give_each_position_its_factor():
    attributes = {"kernel": (2, 2), "strides": (1, 1), "pads": (1, 1, 0, 0), "keep_axes": 1}
    grid = Quantization((1.0,), (5,))
    case = OneNode(
        "average_pool",
        (activation(("N", 1, 2, 2), grid),),
        {**attributes, "count_include_pad": 0},
        grid,
    )
    # One, two and four pixels: 2**30 * 2**-30, -31 and -32.
    assert case.node.integer["multiplier"] == (1 << 30,) * 4
    assert case.node.integer["shift"] == (30, 31, 31, 32)
    image = np.int8([[[[9, 7], [7, 5]]]])
    assert case.run(image).tolist() == [[[[9, 8], [8, 7]]]]


@pytest.mark.parametrize(
    ("op_type", "attributes", "message"),
    [
        (
            "AveragePool",
            {"kernel_shape": (2, 2), "strides": (2, 2), "ceil_mode": 1},
            "AveragePool of 'x' ('N', 2, 5, 6) has dilations (1, 1), pads (0, 0, 0, 0) and "
            "ceil_mode 1; only dilation 1, pads smaller than the kernel, and ceil_mode 1 where all "
            "windows are whole, are supported: pad the image",
        ),
        (
            "AveragePool",
            {"kernel_shape": (2, 2), "pads": (2, 0, 0, 0)},
            "AveragePool of 'x' ('N', 2, 5, 6) has dilations (1, 1), pads (2, 0, 0, 0) and "
            "ceil_mode 0; only dilation 1, pads smaller than the kernel, and ceil_mode 1 where all "
            "windows are whole, are supported: pad the image",
        ),
        (
            "ReduceMean",
            {"axes": (1,)},
            "ReduceMean of 'x' over the axes (1,); only height and width (2, 3) of [N, C, H, W] "
            "are supported",
        ),
        (
            "ReduceMean",
            {},
            "ReduceMean of 'x' over the axes (0, 1, 2, 3); only height and width (2, 3) of "
            "[N, C, H, W] are supported",
        ),
    ],
)
def test_refusals(op_type, attributes, message):
    with pytest.raises(UnsupportedOpError) as caught:
        OP.parse(OnnxCall(op_type, attributes, (activation(IMAGE),), WHERE))
    assert str(caught.value) == f"{WHERE}: {message}"


def test_axes_may_be_an_input():
    axes = constant([3, 2], "axes")
    call = OnnxCall("ReduceMean", {"keepdims": 0}, (activation(IMAGE), axes), WHERE)
    assert OP.parse(call).attributes["kernel"] == (5, 6)


def test_the_error_of_the_factor_is_told():
    attributes = {"kernel": (3, 1), "strides": (1, 1), "pads": (1, 0, 1, 0), "keep_axes": 1}
    grid = Quantization((0.5,), (0,))
    case = OneNode(
        "average_pool", (activation(IMAGE, grid),), {**attributes, "count_include_pad": 0}, grid
    )
    error = OP.factor_error(case.node, case.inputs, case.output)
    fixed = np.ldexp(case.node.integer["multiplier"], np.negative(case.node.integer["shift"]))
    counts = np.array([2, 3, 3, 3, 2])
    assert error[:, 0].tolist() == (fixed.reshape(error.shape)[:, 0] * counts).tolist()
    assert (error[0] == 1).all()
    assert ((error[1] != 1) & (abs(error[1] - 1) < 2**-24)).all()
