"""Dense layers; random ones against ONNX Runtime are in tests/compilers/test_reference.py."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation, constant
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.ops.dense import OP
from zoo.errors import HubError, UnsupportedOpError
from zoo.graph import Quantization, Tensor
from zoo.op import OnnxCall

WHERE = "net.onnx: node 'fc' (Gemm)"


def test_by_hand():
    weight, bias = constant([[1, 2], [3, 4], [5, 6]], "w"), constant([0, 0, 1], "b")
    case = OneNode("dense", (activation(("N", 2)), weight, bias), {"clamp": (0.0, 16.0)})
    assert case.run(np.float32([[1, 1], [-1, 0]])).tolist() == [[3, 7, 12], [0, 0, 0]]


@given(read=QUANTIZATIONS, stored=QUANTIZATIONS, seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_weights_may_have_zero_points(read, stored, seed):
    random = np.random.default_rng(seed)
    grid = Quantization((2.0**-9, 2.0**-8, 2.0**-7), (1, -2, 3), axis=0)
    data = random.integers(-128, 128, (3, 7)).astype(np.int8)
    weight = Tensor("w", (3, 7), "int8", quantization=grid, data=data)
    case = OneNode("dense", (activation(("N", 7), read), weight), stored=stored)
    assert case.difference(seed) <= (0 if case.has_exact_scales else 1)
    assert case.comes_back


@given(channels=st.integers(1, 9), has_bias=st.booleans(), seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_torch_form_means_the_same(channels, has_bias, seed):
    assert torch_form_agrees(_float_case(channels, has_bias), seed)


@pytest.mark.parametrize("has_bias", [False, True])
def test_torch_gradients_are_true(has_bias):
    assert torch_gradients_are_true(_float_case(5, has_bias))


def _float_case(channels: int, has_bias: bool) -> OneNode:
    random = np.random.default_rng(channels)
    weight = constant(random.standard_normal((3, channels)), "w")
    bias = (constant(random.standard_normal(3), "b"),) if has_bias else ()
    inputs = activation(("N", channels)), weight, *bias
    return OneNode("dense", inputs, {"clamp": (-1.0, 6.0)})


def test_multiply_accumulates_of_one_sample():
    case = OneNode("dense", (activation(("N", 5)), constant(np.ones((3, 5)))))
    assert OP.macs(case.node, case.inputs, case.output) == 15


def test_shapes_that_do_not_fit():
    case = OneNode("dense", (activation(("N", 5)), constant(np.ones((3, 4)))))
    with pytest.raises(HubError) as caught:
        _ = case.output
    assert str(caught.value) == (
        "node 'alone' (dense): input ('N', 5), weight (3, 4) and bias [] do not fit together"
    )


def _quantized_weight() -> Tensor:
    grid = Quantization((0.5,), (0,))
    return Tensor("w", (3, 5), "int8", quantization=grid, data=np.ones((3, 5), np.int8))


@pytest.mark.parametrize(
    ("inputs", "attributes", "message"),
    [
        (
            (activation(("N", 2, 5)), constant(np.ones((3, 5)), "w")),
            {},
            "Gemm reads 'x' of shape ('N', 2, 5); only [N, C] is supported: flatten before it",
        ),
        (
            (activation(("N", 5)), activation((5, 3), name="w")),
            {},
            "Gemm has a weight 'w' that the network computes; only constants are supported: export "
            "with the trained weights inside",
        ),
        (
            (activation(("N", 5)), constant(np.ones((5, 3)), "w")),
            {"transA": 1},
            "Gemm has transA = 1, which mixes the samples of a batch; only transA = 0 is supported",
        ),
        (
            (activation(("N", 5)), _quantized_weight()),
            {"alpha": 0.5, "transB": 1},
            "Gemm multiplies the quantized 'w' by 0.5; only alpha = beta = 1 is supported there",
        ),
        (
            (activation(("N", 5)), constant(np.ones((5, 3)), "w"), constant([[1], [2]], "b")),
            {},
            "Gemm has the bias 'b' of shape (2, 1); only constants of shape (3,), (1, 3) or one "
            "value are supported: export with the trained weights inside",
        ),
    ],
)
def test_refusals(inputs, attributes, message):
    with pytest.raises(UnsupportedOpError) as caught:
        OP.parse(OnnxCall("Gemm", attributes, inputs, WHERE))
    assert str(caught.value) == f"{WHERE}: {message}"


@pytest.mark.parametrize("shape", [(3,), (1, 3), (1,), (), (1, 1)])
def test_biases_of_any_shape_that_broadcasts(shape):
    bias = constant(np.full(shape, 0.5), "b")
    call = OnnxCall("Gemm", {}, (activation(("N", 5)), constant(np.ones((5, 3)), "w"), bias))
    _, parsed = OP.parse(call).inputs[1:]
    np.testing.assert_array_equal(parsed.data, np.full(3, 0.5, np.float32))
