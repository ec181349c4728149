"""Batch normalisation; folding is tested in tests/compilers/passes/test_fold_batchnorm.py."""

import numpy as np
import pytest
from one_node import OneNode, activation, constant
from onnx import helper
from onnx.reference import ReferenceEvaluator
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.ops.batchnorm import OP
from zoo.errors import HubError, QuantizeError

SHAPES = [("N", 3), ("N", 3, 4), ("N", 3, 4, 5)]
ROLES = ("scale", "bias", "mean", "variance")


def _case(shape: tuple[int | str, ...], channels: int = 3) -> OneNode:
    random = np.random.default_rng(0)
    statistics = (constant(random.uniform(0.5, 1.5, channels), role) for role in ROLES)
    return OneNode("batchnorm", (activation(shape), *statistics), {"epsilon": 0.25})


@pytest.mark.parametrize("shape", SHAPES)
def test_reals_are_those_of_onnx(shape):
    case = _case(shape)
    x = np.random.default_rng(1).standard_normal((2, *shape[1:])).astype(np.float32)
    node = helper.make_node("BatchNormalization", ["x", *ROLES], ["y"], epsilon=0.25)
    statistics = {tensor.name: tensor.data for tensor in case.inputs[1:]}
    (expected,) = ReferenceEvaluator(node).run(None, {"x": x, **statistics})
    np.testing.assert_allclose(case.run(x), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("shape", SHAPES)
def test_torch_form_means_the_same(shape):
    assert torch_form_agrees(_case(shape), seed=1)


def test_torch_gradients_are_true():
    assert torch_gradients_are_true(_case(SHAPES[2]))


def test_onnx_form_is_read_back():
    case = _case(SHAPES[2])
    parsed = OP.parse(OP.express(case.node, case.inputs))
    assert (parsed.inputs, parsed.attributes) == (case.inputs, {"epsilon": 0.25})


def test_shapes_that_do_not_fit():
    with pytest.raises(HubError) as caught:
        _ = _case(("N", 2, 4, 4)).output
    assert str(caught.value) == (
        "node 'alone' (batchnorm): input ('N', 2, 4, 4) and statistics [(3,), (3,), (3,), (3,)] do "
        "not fit together"
    )


def test_there_is_no_integer_form():
    case = _case(SHAPES[0])
    with pytest.raises(QuantizeError) as caught:
        OP.run_integer(case.node, [], case.inputs, case.output)
    assert str(caught.value) == (
        "node 'alone': batch normalisation has no integer form; quantize the graph after "
        "compilers.passes.fold_batchnorm"
    )
