"""Convolutions; random ones against ONNX Runtime are in tests/compilers/test_reference.py."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation, constant
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.ops import conv
from compilers.ops.conv import OP
from zoo.errors import HubError, QuantizeError, UnsupportedOpError
from zoo.graph import Quantization, Tensor
from zoo.op import OnnxCall

WINDOW = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1), "group": 1}
IMAGE = ("N", 2, 4, 5)
WHERE = "net.onnx: node 'c' (Conv)"


def _integers(values: object, grid: Quantization, name: str) -> Tensor:
    data = np.array(values, {"int4": "int8"}.get(grid.dtype, grid.dtype))
    return Tensor(name, data.shape, grid.dtype, quantization=grid, data=data)


def test_by_hand():
    x, weight = activation(("N", 1, 3, 3)), constant([[[[1, 2], [3, 4]]]])
    case = OneNode("conv", (x, weight, constant([10], "b")), {**WINDOW, "strides": (1, 2)})
    image = np.arange(9, dtype=np.float32).reshape(1, 1, 3, 3)
    # 0 + 2 * 1 + 3 * 3 + 4 * 4 + 10 and 3 + 2 * 4 + 3 * 6 + 4 * 7 + 10
    assert case.run(image).tolist() == [[[[37], [67]]]]


def test_integers_by_hand():
    grid = Quantization((0.5,), (1,))
    weight = _integers([[[[2]]], [[[-3]]]], Quantization((0.25, 0.5), (0, 0), axis=0), "w")
    bias = _integers([4, -1], Quantization((0.125, 0.25), (0, 0), bits=32, axis=0), "b")
    stored = Quantization((0.25,), (-2,), rounding="half_up")
    case = OneNode("conv", (activation(("N", 1, 1, 1), grid), weight, bias), WINDOW, stored)
    assert case.node.integer == {
        "multiplier": (1 << 30, 1 << 30),
        "shift": (31, 30),
        "range": (-128, 127),
    }
    # (5 - 1) * 2 + 4 = 12, / 2 - 2 = 4;  (5 - 1) * -3 - 1 = -13, - 2 = -15
    assert case.run(np.full((1, 1, 1, 1), 5, np.int8)).reshape(-1).tolist() == [4, -15]


def test_bias_of_eight_bits_is_shifted():
    grid, fine = Quantization((0.5,), (0,)), Quantization((0.25,), (0,))
    weight, bias = _integers([[[[2]]]], fine, "w"), _integers([3], grid, "b")
    case = OneNode("conv", (activation(("N", 1, 1, 1), grid), weight, bias), WINDOW, fine)
    assert case.node.integer["bias_shift"] == (2,)
    # (6 * 2 + 3 * 4) / 8 * 4 = 12
    assert case.run(np.full((1, 1, 1, 1), 6, np.int8)).item() == 12
    assert case.comes_back


def test_clamp_bounds_are_integers():
    grid = Quantization((0.5,), (-3,))
    weight = _integers([[[[1]]]], Quantization((1.0,), (0,)), "w")
    attributes = {**WINDOW, "clamp": (0.0, 6.0)}
    case = OneNode("conv", (activation(("N", 1, 1, 1), grid), weight), attributes, grid)
    assert case.node.integer["range"] == (-3, 9)
    relu = replace(case, attributes={**WINDOW, "clamp": (0.0, inf)})
    assert relu.node.integer["range"] == (-3, 127)


@given(
    read=QUANTIZATIONS,
    stored=QUANTIZATIONS,
    group=st.sampled_from((1, 2)),
    zero_point=st.integers(-5, 5),
    seed=SEEDS,
)
@settings(max_examples=40, deadline=None)
def test_weights_may_have_a_zero_point(read, stored, group, zero_point, seed):
    values = np.random.default_rng(seed).integers(-128, 128, (4, 2 // group, 3, 2))
    weight = _integers(values, Quantization((2.0**-9,), (zero_point,)), "w")
    attributes = {**WINDOW, "group": group, "pads": (1, 0, 2, 1), "dilations": (1, 2)}
    case = OneNode("conv", (activation(IMAGE, read), weight), attributes, stored)
    assert case.difference(seed) <= (0 if case.has_exact_scales else 1)
    assert case.comes_back


@st.composite
def _float_cases(draw: st.DrawFn) -> OneNode:
    """Convolutions of IMAGE with any window that fits, or of its padded form."""
    group, random = draw(st.sampled_from((1, 2))), np.random.default_rng(draw(SEEDS))
    kernel = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    attributes = {
        "strides": draw(st.tuples(st.integers(1, 2), st.integers(1, 2))),
        "pads": draw(st.sampled_from([(0, 0, 0, 0), (1, 1, 1, 1), (1, 0, 1, 2), (0, 1, 1, 0)])),
        "dilations": draw(st.sampled_from([(1, 1), (1, 2)])),
        "group": group,
        "clamp": draw(st.sampled_from([(-inf, inf), (0.0, inf), (0.0, 6.0)])),
    }
    weight = constant(random.standard_normal((4, 2 // group, *kernel)), "w")
    bias = (constant(random.standard_normal(4), "b"),) if draw(st.booleans()) else ()
    return OneNode("conv", (activation(IMAGE), weight, *bias), attributes)


@given(case=_float_cases(), seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_torch_form_means_the_same(case, seed):
    assert torch_form_agrees(case, seed)


@pytest.mark.parametrize("pads", [(1, 1, 1, 1), (0, 1, 1, 2)])
@pytest.mark.parametrize("group", [1, 2])
def test_torch_gradients_are_true(pads, group):
    random = np.random.default_rng(2)
    weight = constant(random.standard_normal((4, 2 // group, 3, 2)), "w")
    inputs = activation(IMAGE), weight, constant(random.standard_normal(4), "b")
    attributes = {**WINDOW, "pads": pads, "strides": (2, 1), "group": group, "clamp": (0.0, 6.0)}
    assert torch_gradients_are_true(OneNode("conv", inputs, attributes))


@pytest.mark.parametrize("weight_shape", [(4, 2, 3, 3), (2, 1, 3, 3), (4, 1, 2, 2)])
def test_images_are_worked_on_in_parts(monkeypatch, weight_shape):
    weight = constant(np.random.default_rng(0).standard_normal(weight_shape))
    attributes = {**WINDOW, "group": 2 // weight_shape[1]}
    case = OneNode("conv", (activation(IMAGE), weight), attributes)
    images = np.random.default_rng(1).standard_normal((5, 2, 4, 5)).astype(np.float32)
    whole = case.run(images)
    monkeypatch.setattr(conv, "_PATCH_BYTES", 1)
    np.testing.assert_array_equal(case.run(images), whole)


def test_multiply_accumulates_of_one_image():
    case = OneNode(
        "conv",
        (activation(IMAGE), constant(np.ones((4, 1, 3, 3)))),
        {**WINDOW, "group": 2, "pads": (1, 1, 1, 1)},
    )
    assert OP.macs(case.node, case.inputs, case.output) == 4 * 4 * 5 * 1 * 3 * 3


def test_shapes_that_do_not_fit():
    case = OneNode("conv", (activation(IMAGE), constant(np.ones((4, 3, 3, 3)))), WINDOW)
    with pytest.raises(HubError) as caught:
        _ = case.output
    assert str(caught.value) == (
        "node 'alone' (conv): input ('N', 2, 4, 5), weight (4, 3, 3, 3), group 1 and bias [] do "
        "not fit together"
    )


def test_windows_that_do_not_fit():
    case = OneNode("conv", (activation(IMAGE), constant(np.ones((4, 2, 5, 3)))), WINDOW)
    with pytest.raises(HubError) as caught:
        _ = case.output
    assert str(caught.value) == (
        "node 'alone' (conv): a window of (5, 3) pixels does not fit into the padded input of "
        "(4, 5)"
    )


def test_scales_along_the_input_channels():
    grid = Quantization((0.5,), (0,))
    weight = _integers(np.ones((4, 2, 1, 1)), Quantization((1.0, 2.0), (0, 0), axis=1), "w")
    case = OneNode("conv", (activation(IMAGE, grid), weight), WINDOW, grid)
    with pytest.raises(QuantizeError) as caught:
        _ = case.node
    assert str(caught.value) == (
        "node 'alone' (conv): weight 'w' has scales along axis 1; only one scale, or one per "
        "output channel (axis 0), is supported"
    )


@pytest.mark.parametrize(
    ("inputs", "attributes", "message"),
    [
        (
            (activation(("N", 2, 9)), constant(np.ones((4, 2, 3)), "w")),
            {},
            "Conv reads 'x' of shape ('N', 2, 9); only images [N, C, H, W] are supported: reshape "
            "to four axes",
        ),
        (
            (activation(IMAGE), activation((4, 2, 3, 3), name="w")),
            {},
            "Conv has a weight 'w' that the network computes; only constants are supported: export "
            "with the trained weights inside",
        ),
        (
            (activation(IMAGE), constant(np.ones((4, 2, 3)), "w")),
            {},
            "Conv has a weight 'w' of shape (4, 2, 3); only 4 axes are supported",
        ),
        (
            (activation(IMAGE),),
            {},
            "Conv has no input 1; the file is damaged, export it again",
        ),
        (
            (activation(IMAGE), constant(np.ones((4, 2, 3, 3)), "w")),
            {"strides": (0, 1)},
            "Conv has strides (0, 1); expected two positive integers (height, width): only 2-D "
            "windows are supported",
        ),
        (
            (activation(IMAGE), constant(np.ones((4, 2, 3, 3)), "w")),
            {"pads": (-1, 0, 0, 0)},
            "Conv has pads (-1, 0, 0, 0), auto_pad 'NOTSET'; expected four integers >= 0 (top, "
            "left, bottom, right): crop with Slice instead",
        ),
    ],
)
def test_refusals(inputs, attributes, message):
    with pytest.raises(UnsupportedOpError) as caught:
        OP.parse(OnnxCall("Conv", attributes, inputs, WHERE))
    assert str(caught.value) == f"{WHERE}: {message}"
