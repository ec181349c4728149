"""Functions of one number against ONNX Runtime."""

import numpy as np
import pytest
from hypothesis import given, settings
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation, constant
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.op_parts.arithmetic import dequantize
from compilers.op_table import find_op
from zoo.errors import QuantizeError, UnsupportedOpError
from zoo.graph import Quantization, Tensor
from zoo.op import OnnxCall
from zoo.table_op import tabulate

FUNCTIONS = {
    "abs": {},
    "cos": {},
    "elu": {"alpha": 1.5, "gamma": 1.0},
    "erf": {},
    "exp": {},
    "gelu": {"approximate": "none"},
    "hardswish": {},
    "log": {},
    "mish": {},
    "pow": {"exponent": 1.5},
    "reciprocal": {},
    "sigmoid": {},
    "sin": {},
    "softplus": {},
    "softsign": {},
    "sqrt": {},
    "tanh": {},
}
CASES = [*FUNCTIONS.items(), ("elu", {"alpha": 0.5, "gamma": 1.25}), ("pow", {"exponent": -3.0})]
CASES.append(("gelu", {"approximate": "tanh"}))
OF_POSITIVE = ("log", "pow", "sqrt")
BY_RATIO = (*OF_POSITIVE, "exp", "reciprocal")


def _one(op, attributes, read=None, stored=None):
    return OneNode(op, (activation(("N", 64), read),), attributes, stored)


@pytest.mark.parametrize(("op", "attributes"), CASES)
@given(seed=SEEDS)
@settings(max_examples=8, deadline=None)
def test_reals_are_those_of_onnx_runtime(op, attributes, seed):
    case = _one(op, attributes)
    (x,) = case.random_values(seed)
    np.testing.assert_allclose(case.run(x), case.run_onnx(x), 1e-5, 1e-6)
    assert case.comes_back


@pytest.mark.parametrize(("op", "attributes"), CASES)
@given(read=QUANTIZATIONS, stored=QUANTIZATIONS, seed=SEEDS)
@settings(max_examples=12, deadline=None)
def test_integers_are_those_of_onnx_runtime(op, attributes, read, stored, seed):
    if op in OF_POSITIVE:
        stored = Quantization(stored.scale, (-128,))
        read = Quantization(read.scale, (0,), signed=False)
    case = _one(op, attributes, read, stored)
    (x,) = case.random_values(seed)
    inside = dequantize(x, read) != 0  # at a pole the sign of 0 decides
    ours, theirs = case.run(x).astype(int), case.run_onnx(x).astype(int)
    # ONNX Runtime computes in float32, the table is made in float64: near ties may fall apart.
    assert np.abs(ours - theirs)[inside].max(initial=0) <= 1
    assert case.comes_back


@pytest.mark.parametrize(("op", "attributes"), [case for case in CASES if case[0] not in BY_RATIO])
@given(seed=SEEDS)
@settings(max_examples=5, deadline=None)
def test_torch_form_means_the_same(op, attributes, seed):
    assert torch_form_agrees(_one(op, attributes), seed)


@pytest.mark.parametrize(
    ("op", "attributes"), [case for case in CASES if case[0] not in OF_POSITIVE]
)
def test_torch_gradients_are_true(op, attributes):
    assert torch_gradients_are_true(_one(op, attributes))


@pytest.mark.parametrize("op", BY_RATIO)
def test_torch_form_of_positive_numbers_means_the_same(op):
    torch = pytest.importorskip("torch", reason="the torch form of an op needs PyTorch")
    case, x = _one(op, FUNCTIONS[op]), np.linspace(0.25, 9, 20)
    ours = find_op(op).run_float(case.node, [x])
    theirs = find_op(op).run_torch(case.node, [torch.tensor(x)]).numpy()
    np.testing.assert_allclose(ours, theirs, 1e-12)


def test_integers_without_a_value_count_as_the_nearest_that_has_one():
    read, stored = Quantization((0.25,), (0,)), Quantization((0.25,), (0,))
    for op in ("sqrt", "log"):
        table = dict(
            zip(range(-128, 128), _one(op, {}, read, stored).node.integer["table"], strict=True)
        )
        assert len({table[q] for q in range(-128, 1)}) == 1
    assert table[-1] == table[0] == -128
    assert (table[4], table[11]) == (0, 4)


def test_a_function_without_a_value_in_its_domain_is_refused():
    source = Tensor("x", ("N",), quantization=Quantization((1.0,), (0,)))
    with pytest.raises(
        QuantizeError,
        match=r"^a function of tensor 'x' is undefined for some values of the tensor's grid; state "
        r"where it is defined in the op's `domain`$",
    ):
        tabulate(np.arcsin, source, source)


def test_other_approximations_of_gelu_are_refused():
    call = OnnxCall("Gelu", {"approximate": "sigmoid"}, (activation(("N", 4)),), "a: node 'g'")
    with pytest.raises(
        UnsupportedOpError,
        match=r"^a: node 'g': Gelu has the approximation 'sigmoid'; only 'none' and 'tanh' are",
    ):
        find_op("gelu").parse(call)


def test_a_computed_exponent_is_refused():
    inputs = (activation(("N", 4)), activation(("N", 4), name="e"))
    with pytest.raises(UnsupportedOpError, match="Pow reads its exponent from 'e', which the net"):
        find_op("pow").parse(OnnxCall("Pow", {}, inputs, "a: node 'p'"))


def test_exponents_by_element_are_refused():
    call = OnnxCall("Pow", {}, (activation(("N", 2)), constant([1, 2])), "a: node 'p'")
    with pytest.raises(
        UnsupportedOpError,
        match=r"^a: node 'p': Pow of 'x' by \[1.0, 2.0\]; only a computed base and one number as "
        r"exponent are supported: write exp\(y \* log\(a\)\) for a\*\*y$",
    ):
        find_op("pow").parse(call)
