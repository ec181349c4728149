"""Products of two computed matrices, or one and a constant, against ONNX Runtime."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation, constant
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.op_parts.arithmetic import quantize
from compilers.ops.matmul import OP
from zoo.errors import HubError, QuantizeError, UnsupportedOpError
from zoo.graph import Quantization
from zoo.op import OnnxCall

CLAMPS = st.sampled_from([(0.0, float("inf")), (-1.5, 2.0)])
SIZES = st.integers(1, 6)


@st.composite
def pairs_of_shapes(draw):
    """Matrices that fit together, with axes before them of which some are repeated."""
    rows, depth, columns = (draw(SIZES) for _ in range(3))
    outer = draw(st.lists(st.integers(1, 3), max_size=3))
    repeats = [[draw(st.sampled_from([size, size, 1])) for size in outer] for _ in range(2)]
    return ("N", *repeats[0], rows, depth), ("N", *repeats[1], depth, columns)


def _case(shapes, a=None, b=None, **settings):
    return OneNode("matmul", (activation(shapes[0], a), activation(shapes[1], b, "b")), **settings)


@given(shapes=pairs_of_shapes(), seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_reals_are_those_of_onnx_runtime(shapes, seed):
    case = _case(shapes)
    assert case.difference(seed) <= 1e-4
    assert case.comes_back


@given(pairs_of_shapes(), QUANTIZATIONS, QUANTIZATIONS, QUANTIZATIONS, SEEDS)
@settings(max_examples=60, deadline=None)
def test_integers_are_those_of_onnx_runtime(shapes, a, b, stored, seed):
    case = _case(shapes, a, b, stored=stored)
    # ONNX Runtime multiplies reals here, and decides ties otherwise if scales are rounded.
    assert case.difference(seed) <= (0 if case.has_exact_scales else 1)
    assert case.comes_back


@given(QUANTIZATIONS, QUANTIZATIONS, st.sampled_from([(3, 4), (1, 3, 4), (2, 3, 4)]), SEEDS)
@settings(max_examples=30, deadline=None)
def test_one_matrix_may_be_a_constant(a, stored, shape, seed):
    grid = Quantization((0.125,), (5,))
    data = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    fixed = constant(data, "fixed")
    held = replace(fixed, dtype="int8", quantization=grid, data=quantize(data, grid))
    case = OneNode("matmul", (held, activation(("N", 2, 4, 5), a)), stored=stored)
    assert case.difference(seed) <= (0 if case.has_exact_scales else 1)
    reals = OneNode("matmul", (fixed, activation(("N", 2, 4, 5))))
    assert reals.difference(seed) <= 1e-4


@given(shapes=pairs_of_shapes(), clamp=CLAMPS, seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_torch_form_means_the_same(shapes, clamp, seed):
    assert torch_form_agrees(_case(shapes, attributes={"clamp": clamp}), seed)


def test_torch_gradients_are_true():
    assert torch_gradients_are_true(_case((("N", 2, 3, 4), ("N", 1, 4, 2))))


def test_an_input_moves_the_output_by_at_most_its_gain():
    grid = Quantization((0.5,), (0,))
    case = _case((("N", 2, 3), ("N", 3, 4)), grid, grid, stored=Quantization((8.0,), (0,)))
    a, b = np.full((1, 2, 3), 10, np.int8), np.full((1, 3, 4), 127, np.int8)
    moved = int(np.abs(case.run(a + 1, b).astype(int) - case.run(a, b)).max())
    gain = OP.gain(case.node, case.inputs, case.output)
    assert moved <= gain[0] + 1
    assert gain == pytest.approx((3 * 255 / 32, 3 * 255 / 32))


def test_macs_are_those_of_one_sample():
    case = _case((("N", 2, 3, 4), ("N", 2, 4, 5)))
    assert OP.macs(case.node, case.inputs, case.output) == 2 * 3 * 4 * 5


@pytest.mark.parametrize(
    ("first", "second"),
    [((2, 3), (3, 4)), (("N", 2, 3), (3, 4)), (("N", 4, 2, 3), ("N", 3, 4)), (("N", 3), ("N", 3))],
)
def test_products_across_samples_are_refused(first, second):
    call = OnnxCall("MatMul", {}, (activation(first), activation(second, name="b")), "net: 'm'")
    with pytest.raises(UnsupportedOpError, match=r"keep the batch first, and add missing axes"):
        OP.parse(call)


def test_vectors_are_refused():
    call = OnnxCall("MatMul", {}, (activation(("N", 2, 3)), constant([1, 2, 3])), "net.onnx: 'm'")
    with pytest.raises(UnsupportedOpError) as caught:
        OP.parse(call)
    assert str(caught.value) == (
        "net.onnx: 'm': MatMul of 'x' ('N', 2, 3) by 'constant' (3,); computed ones must be "
        "[N, .., rows, columns] with equally many axes, constants have two or more: keep the batch "
        "first, and add missing axes with unsqueeze"
    )


def test_matrices_that_do_not_fit_are_refused():
    with pytest.raises(HubError, match=r"matrices of \(2, 3\) and \(4, 5\) do not fit together"):
        _case((("N", 2, 3), ("N", 4, 5))).output  # noqa: B018


def test_scales_for_each_channel_are_refused():
    grid = Quantization((0.5,), (0,))
    per_row = Quantization((0.5, 0.25), (0, 0), axis=0)
    fixed = replace(constant(np.ones((2, 3))), dtype="int8", quantization=per_row)
    case = OneNode("matmul", (fixed, activation(("N", 3, 4), grid)), stored=grid)
    with pytest.raises(QuantizeError, match=r"'constant' has 2 scales along axis 0; only one"):
        case.node  # noqa: B018
