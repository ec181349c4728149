"""Two-stage storing against a transcription of the KPU, and against ONNX Runtime."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kpu_layer import Layer, activate, run_layer, table_of
from one_node import SEEDS, OneNode, activation

from compilers.op_parts.arithmetic import factors
from zoo.errors import QuantizeError
from zoo.fixed_point import STAGE_BITS, TWO_STAGE
from zoo.graph import Quantization, Tensor

_SCALES = st.floats(2**-8, 1, width=32)
_GRIDS = st.builds(
    lambda scale, zero: Quantization((scale,), (zero,), signed=False, rounding="two_stage"),
    _SCALES,
    st.integers(0, 255),
)
_CLAMPS = st.sampled_from([(-inf, inf), (0.0, inf), (0.0, 6.0), (-1.0, 1.0)])


@st.composite
def _convolutions(draw: st.DrawFn) -> OneNode:
    channels, side = draw(st.integers(1, 3)), draw(st.sampled_from([1, 3]))
    depthwise = draw(st.booleans())
    outputs = channels if depthwise else draw(st.integers(1, 4))
    random = np.random.default_rng(draw(SEEDS))
    read, stored = draw(_GRIDS), draw(_GRIDS)
    shape = (outputs, 1 if depthwise else channels, side, side)
    scales = tuple(float(np.float32(s)) for s in 2.0 ** random.uniform(-14, -5, outputs))
    weight = Quantization(scales, (0,) * outputs, axis=0)
    sums = tuple(float(np.float32(read.scale[0]) * np.float32(s)) for s in scales)
    bias = Quantization(sums, (0,) * outputs, bits=32, axis=0)
    pad = side // 2
    attributes = {
        "strides": (1, 1),
        "pads": (pad,) * 4,
        "dilations": (1, 1),
        "group": channels if depthwise else 1,
        "clamp": draw(_CLAMPS),
    }
    data = random.integers(-127, 128, shape).astype(np.int8)
    offsets = random.integers(-3000, 3000, outputs).astype(np.int32)
    inputs = (
        activation(("N", channels, 4, 5), read),
        Tensor("w", shape, "int8", "", weight, data),
        Tensor("b", (outputs,), "int32", "", bias, offsets),
    )
    return OneNode("conv", inputs, attributes, stored)


def _as_layer(case: OneNode) -> Layer:
    """Return the registers of a convolution: weights with the zero point 128."""
    x, weight, bias = case.inputs
    zero, integer = x.quantization.zero_point[0], case.node.integer
    taps = weight.shape[-1] ** 2
    pairs = zip(integer["bn_multiplier"], integer["bn_shift"], bias.data.tolist(), strict=True)
    return Layer(
        weights=(weight.data.astype(int) + 128).astype(np.uint8),
        is_depthwise=case.node.attributes["group"] > 1,
        pad_value=zero,
        arg_x=-128,
        arg_w=-zero,
        arg_add=taps * 128 * zero,
        bn=[(m, s, round_half_up(b * m, s)) for m, s, b in pairs],
        table=table_of(integer),
    )


def round_half_up(product: int, shift: int) -> int:
    """Return round(product / 2**shift)."""
    return (product + ((1 << shift) >> 1)) >> shift


@given(_convolutions(), SEEDS)
def test_convolutions_are_the_chips(case, seed):
    layer = _as_layer(case)
    for multiplier, shift, add in layer.bn:
        assert 0 <= multiplier < 1 << 23
        assert 0 <= shift < 16
        assert -(1 << 31) <= add < 1 << 31
    (x,) = case.random_values(seed)
    expected = np.stack([run_layer(layer, image) for image in x])
    np.testing.assert_array_equal(case.run(x), expected)


@given(_convolutions(), SEEDS)
def test_convolutions_are_near_those_of_onnx_runtime(case, seed):
    assert case.difference(seed) <= 1
    assert case.comes_back


@given(a=_GRIDS, b=_GRIDS, stored=_GRIDS, clamp=_CLAMPS, seed=SEEDS)
def test_additions_are_convolutions_of_both_inputs(a, b, stored, clamp, seed):
    inputs = activation(("N", 2, 3, 4), a), activation(("N", 2, 3, 4), b, "z")
    case = OneNode("add", inputs, {"clamp": clamp}, stored)
    integer = case.node.integer
    identity = np.eye(2, dtype=np.uint8)
    w_a, w_b = integer["weight"]
    weights = np.concatenate([w_a * identity, w_b * identity], axis=1)[:, :, None, None]
    assert {w_a, w_b} <= set(range(1, 256))
    bn = tuple(integer[f"bn_{key}"][0] for key in ("multiplier", "shift", "add"))
    layer = Layer(weights, False, 0, 0, 0, 0, [bn] * 2, table_of(integer))
    values = case.random_values(seed)
    both = np.concatenate(values, axis=1)
    expected = np.stack([run_layer(layer, image) for image in both])
    np.testing.assert_array_equal(case.run(*values), expected)
    # The ratio of the scales is exact to half a step of the larger input.
    assert case.difference(seed) <= 1 + max(a.scale[0], b.scale[0]) / stored.scale[0]
    assert case.comes_back


@given(read=_GRIDS, stored=_GRIDS, seed=SEEDS)
def test_requantizing_is_a_depthwise_convolution_by_one(read, stored, seed):
    case = OneNode("requantize", (activation(("N", 2, 3, 4), read),), {}, stored)
    integer, zero = case.node.integer, read.zero_point[0]
    bn = integer["bn_multiplier"][0], integer["bn_shift"][0], 0
    ones = np.ones((2, 1, 1, 1), np.uint8)
    layer = Layer(ones, True, zero, 0, -zero, 0, [bn] * 2, table_of(integer))
    (x,) = case.random_values(seed)
    expected = np.stack([run_layer(layer, image) for image in x])
    np.testing.assert_array_equal(case.run(x), expected)
    assert case.difference(seed) <= 1
    assert case.comes_back


@given(read=_GRIDS, stored=_GRIDS, seed=SEEDS)
def test_means_are_depthwise_convolutions_by_one(read, stored, seed):
    window = {"kernel": (3, 3), "strides": (1, 1), "pads": (1, 1, 1, 1), "count_include_pad": 1}
    inputs = (activation(("N", 2, 5, 4), read),)
    case = OneNode("average_pool", inputs, {**window, "keep_axes": 1}, stored)
    integer, zero = case.node.integer, read.zero_point[0]
    bn = integer["bn_multiplier"][0], integer["bn_shift"][0], 0
    ones = np.ones((2, 1, 3, 3), np.uint8)
    layer = Layer(ones, True, zero, 0, -zero, 0, [bn] * 2, table_of(integer))
    (x,) = case.random_values(seed)
    expected = np.stack([run_layer(layer, image) for image in x])
    np.testing.assert_array_equal(case.run(x), expected)
    assert case.difference(seed) <= 1
    assert case.comes_back


@given(_GRIDS, _GRIDS, SEEDS)
def test_dense_layers_store_as_convolutions_do(read, stored, seed):
    random = np.random.default_rng(seed)
    weights = random.integers(-127, 128, (3, 7)).astype(np.int8)
    weight = Quantization((0.01, 0.02, 0.001), (0,) * 3, axis=0)
    inputs = activation(("N", 7), read), Tensor("w", (3, 7), "int8", "", weight, weights)
    case = OneNode("dense", inputs, {}, stored)
    (x,) = case.random_values(seed)
    sums = (x.astype(int) - read.zero_point[0]) @ weights.T.astype(int)
    integer = case.node.integer
    table = table_of(integer)
    normed = sums * integer["bn_multiplier"] >> np.array(integer["bn_shift"])
    expected = [[activate(table, value) for value in row] for row in normed.tolist()]
    np.testing.assert_array_equal(case.run(x), expected)


def test_ties_go_to_the_even_step_above_the_least():
    grid = Quantization((0.5,), (0,), signed=False, rounding="two_stage")
    stored = replace(grid, scale=(1.0,), zero_point=(100,))
    case = OneNode("requantize", (activation((4,), grid),), {"clamp": (-1.0, 50.0)}, stored)
    # 0.5, 1.5, 2.5 and 3.5 above the zero point, which is one step above the least integer, 99.
    assert case.run(np.uint8([1, 3, 5, 7])).tolist() == [101, 101, 103, 103]


def test_factors_are_those_of_the_scales():
    grid = Quantization((0.03,), (9,), signed=False, rounding="two_stage")
    case = OneNode("requantize", (activation((3,), grid),), {}, replace(grid, scale=(0.4,)))
    assert factors(case.node)[0] == pytest.approx(0.03 / 0.4, rel=2**-22)
    assert case.node.integer["table_shift"][1] == STAGE_BITS


def test_scales_too_far_apart():
    grid = Quantization((600.0,), (0,), signed=False, rounding="two_stage")
    case = OneNode("requantize", (activation((3,), grid),), {}, replace(grid, scale=(1.0,)))
    with pytest.raises(QuantizeError, match=r"scale ratio 600\.0 needs a shift of 13; allowed are"):
        _ = case.node


@pytest.mark.parametrize("stored", [Quantization((0.5,), (0,), bits) for bits in (8, 16)])
def test_other_integers_than_uint8(stored):
    case = OneNode(
        "requantize", (activation((3,), stored),), {}, replace(stored, rounding=TWO_STAGE)
    )
    with pytest.raises(QuantizeError, match=f"{stored.dtype} cannot be stored in two stages"):
        _ = case.node


def test_a_bias_of_more_than_32_bits():
    read = Quantization((1.0,), (0,), signed=False, rounding=TWO_STAGE)
    weight = Tensor("w", (1, 2), "int8", "", replace(read, signed=True), np.ones((1, 2), np.int8))
    grid = Quantization((1.0,), (0,), bits=32)
    bias = Tensor("b", (1,), "int32", "", grid, np.array([1 << 18], np.int32))
    case = OneNode("dense", (activation(("N", 2), read), weight, bias), {}, read)
    with pytest.raises(
        QuantizeError, match=r"'alone' \(dense\): its bias is more than 131071 steps"
    ):
        case.run(np.zeros((1, 2), np.uint8))
