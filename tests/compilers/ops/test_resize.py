"""Resize against ONNX Runtime."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation, constant
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.ops.resize import OP
from zoo.errors import UnsupportedOpError
from zoo.graph import Quantization, Tensor
from zoo.op import OnnxCall

PLACES = st.sampled_from(["half_pixel", "asymmetric", "align_corners"])
ROUNDINGS = st.sampled_from(["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"])
WHERE = "net.onnx: node 'r'"


@st.composite
def enlargements(draw, factors=(1, 2, 3, 4)):
    """A shape [N, C, H, W], and the size after whole factors."""
    height, width = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    size_hw = height * draw(st.sampled_from(factors)), width * draw(st.sampled_from(factors))
    return ("N", 2, height, width), size_hw


@given(
    case=enlargements(),
    places=PLACES,
    rounding=ROUNDINGS,
    seed=SEEDS,
)
@settings(max_examples=40, deadline=None)
def test_nearest_reals_are_those_of_onnx_runtime(case, places, rounding, seed):
    shape, size_hw = case
    attributes = {
        "size_hw": size_hw,
        "mode": "nearest",
        "coordinate_transformation_mode": places,
        "nearest_mode": rounding,
    }
    case = OneNode("resize", (activation(shape),), attributes)
    assert case.difference(seed) == 0
    assert case.comes_back


@pytest.mark.parametrize("places", ["half_pixel", "asymmetric"])
@pytest.mark.parametrize("rounding", ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"])
def test_nearest_halves_images_as_onnx_runtime_does(places, rounding):
    attributes = {
        "size_hw": (4, 3),
        "mode": "nearest",
        "coordinate_transformation_mode": places,
        "nearest_mode": rounding,
    }
    assert OneNode("resize", (activation((1, 1, 8, 6)),), attributes).difference(seed=5) == 0


@given(case=enlargements(), places=PLACES, seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_bilinear_reals_are_those_of_onnx_runtime(case, places, seed):
    shape, size_hw = case
    attributes = {
        "size_hw": size_hw,
        "mode": "linear",
        "coordinate_transformation_mode": places,
    }
    case = OneNode("resize", (activation(shape),), attributes)
    assert case.difference(seed) < 1e-5
    assert case.comes_back


@given(
    shape=st.tuples(st.just("N"), st.just(2), st.integers(2, 7), st.integers(2, 7)),
    size_hw=st.tuples(st.integers(2, 9), st.integers(2, 9)),
    places=PLACES,
    seed=SEEDS,
)
@settings(max_examples=40, deadline=None)
def test_bilinear_sizes_need_not_be_multiples(shape, size_hw, places, seed):
    attributes = {
        "size_hw": size_hw,
        "mode": "linear",
        "coordinate_transformation_mode": places,
    }
    assert OneNode("resize", (activation(shape),), attributes).difference(seed) < 1e-5


@given(
    shape=st.tuples(st.just("N"), st.just(2), st.integers(1, 7), st.integers(1, 7)),
    size_hw=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    places=PLACES,
    rounding=ROUNDINGS | st.none(),
    seed=SEEDS,
)
@settings(max_examples=40, deadline=None)
def test_torch_form_means_the_same(shape, size_hw, places, rounding, seed):
    attributes = {"size_hw": size_hw, "coordinate_transformation_mode": places}
    attributes |= {"mode": "nearest", "nearest_mode": rounding} if rounding else {"mode": "linear"}
    assert torch_form_agrees(OneNode("resize", (activation(shape),), attributes), seed)


@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_torch_gradients_are_true(mode):
    attributes = {"size_hw": (5, 4), "coordinate_transformation_mode": "half_pixel"}
    attributes |= {"mode": mode, "nearest_mode": "floor"}
    case = OneNode("resize", (activation(("N", 2, 3, 5)),), attributes)
    assert torch_gradients_are_true(case)


@given(
    case=enlargements(),
    mode=st.sampled_from(["nearest", "linear"]),
    places=PLACES,
    shared=QUANTIZATIONS,
    seed=SEEDS,
)
@settings(max_examples=60, deadline=None)
def test_integers_are_those_of_onnx_runtime(case, mode, places, shared, seed):
    shape, size_hw = case
    attributes = {"size_hw": size_hw, "mode": mode, "coordinate_transformation_mode": places}
    if mode == "nearest":
        attributes["nearest_mode"] = "floor"
    case = OneNode("resize", (activation(shape, shared),), attributes, shared)
    factors = {size_hw[0] // shape[2], size_hw[1] // shape[3]}
    has_exact_weights = places != "align_corners" and 3 not in factors
    exact = mode == "nearest" or (case.has_exact_scales and has_exact_weights)
    # The reference weighs exactly; ONNX Runtime rounds weights such as 1/3, and float scales.
    assert case.difference(seed) <= (0 if exact else 1)
    assert case.comes_back


@pytest.mark.parametrize(("rounding", "expected"), [("half_even", 0), ("half_up", 1)])
def test_ties_fall_as_the_output_rounds(rounding, expected):
    shared = Quantization((1.0,), (7,), rounding=rounding)
    attributes = {
        "size_hw": (1, 3),
        "mode": "linear",
        "coordinate_transformation_mode": "align_corners",
    }
    case = OneNode("resize", (activation((1, 1, 1, 2), shared),), attributes, shared)
    q = np.array([7, 8], np.int8).reshape(1, 1, 1, 2)
    assert case.run(q).reshape(-1).tolist() == [7, 7 + expected, 8]


def test_one_pixel_may_become_many_and_many_one():
    for places in ("half_pixel", "asymmetric", "align_corners"):
        for shape, size_hw in (((1, 1, 1, 1), (3, 5)), ((1, 1, 3, 5), (1, 1))):
            attributes = {
                "size_hw": size_hw,
                "mode": "linear",
                "coordinate_transformation_mode": places,
            }
            case = OneNode("resize", (activation(shape),), attributes)
            assert case.difference(seed=3) < 1e-6


@pytest.mark.parametrize(
    ("scales", "axes"),
    [((1, 1, 2, 3), None), ((2, 3), (2, 3)), ((3, 2), (-1, -2)), ((1, 1.9999999, 3), (0, 2, 3))],
)
def test_scales_mean_the_sizes_that_they_lead_to(scales, axes):
    attributes = {"axes": axes} if axes else {}
    assert OP.parse(_call(attributes, scales=constant(scales, "scales"))).attributes == {
        "size_hw": (8, 15),
        "mode": "nearest",
        "coordinate_transformation_mode": "half_pixel",
        "nearest_mode": "round_prefer_floor",
    }


def test_omitted_parameters_may_be_empty():
    empty = constant(np.zeros(0), "empty")
    sizes = _int64([1, 3, 8, 15])
    x = activation((1, 3, 4, 5))
    parsed = OP.parse(OnnxCall("Resize", {"mode": "linear"}, (x, empty, empty, sizes), WHERE))
    assert parsed.attributes["size_hw"] == (8, 15)


def test_pytorch_half_pixel_is_half_pixel_for_more_than_one_pixel():
    attributes = {"coordinate_transformation_mode": "pytorch_half_pixel", "axes": (2, 3)}
    parsed = OP.parse(_call(attributes, sizes=_int64([8, 15])))
    assert parsed.attributes["coordinate_transformation_mode"] == "half_pixel"
    with pytest.raises(UnsupportedOpError, match="'pytorch_half_pixel'"):
        OP.parse(_call(attributes, sizes=_int64([1, 15])))


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"mode": "cubic"}, "has mode 'cubic'; supported: 'nearest', 'linear'"),
        ({"antialias": 1}, "has antialias 1; supported: 0"),
        (
            {"coordinate_transformation_mode": "tf_crop_and_resize"},
            "has coordinate_transformation_mode 'tf_crop_and_resize'; supported: 'half_pixel', "
            "'asymmetric', 'align_corners'",
        ),
        (
            {"keep_aspect_ratio_policy": "not_larger"},
            "has keep_aspect_ratio_policy 'not_larger'; supported: 'stretch'",
        ),
    ],
)
def test_other_settings_are_refused(attributes, message):
    with pytest.raises(UnsupportedOpError) as caught:
        OP.parse(_call({**attributes, "axes": (2, 3)}, sizes=_int64([8, 15])))
    assert str(caught.value) == f"{WHERE}: Resize of 'x' {message}. Export with one of them"


@pytest.mark.parametrize(
    ("scales", "found"),
    [
        ((1, 1, 1.3, 1), "('N', 3, 5.2, 5)"),
        ((1, 2, 1, 1), "('N', 6, 4, 5)"),
        ((2, 1, 1, 1), "('2 N', 3, 4, 5)"),
        ((1, 1, 0, 1), "('N', 3, 0, 5)"),
        ((1, 1, np.nan, 1), "('N', 3, nan, 5)"),
        ((1, 1, 2), "('N', 3, 8, 5)"),
    ],
)
def test_other_sizes_are_refused(scales, found):
    with pytest.raises(UnsupportedOpError) as caught:
        OP.parse(_call({}, scales=constant(scales, "scales")))
    assert str(caught.value) == (
        f"{WHERE}: Resize of 'x' ('N', 3, 4, 5) to {found}; only height and width may change, to "
        "whole numbers of pixels: export with sizes instead of scales"
    )


def test_computed_sizes_are_refused():
    with pytest.raises(UnsupportedOpError, match="reads its sizes from 'sizes', which the network"):
        OP.parse(_call({}, sizes=Tensor("sizes", (4,), "int64")))


def _call(attributes, scales=None, sizes=None):
    x = activation(("N", 3, 4, 5))
    return OnnxCall("Resize", attributes, (x, None, scales, sizes), WHERE)


def _int64(values):
    return Tensor("sizes", (len(values),), "int64", data=np.array(values, np.int64))
