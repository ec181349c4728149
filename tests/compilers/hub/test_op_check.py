"""What `zoo plugins --check` finds in the ONNX form of an op plugin."""

import numpy as np
import pytest

from compilers.hub.op_check import op_faults
from zoo import registry
from zoo.table_op import TableOp

SQUARE = "Bump (x) => (y) { y = Mul (x, x) }"


def table_op(activate=np.square, domain=(-np.inf, np.inf), **members):
    made = {"name": "bump", "onnx_types": ("Bump",), "onnx_function": SQUARE, **members}
    made["activate"] = lambda _self, _node, x: activate(x)
    made["domain"] = lambda _self, _node: domain
    return type("Bump", (TableOp,), made)()


def test_a_sound_op_has_no_faults():
    assert op_faults(table_op()) == []


@pytest.mark.parametrize("name", registry.names("op"))
def test_built_in_ops_have_no_faults(name):
    assert op_faults(registry.load("op", name)) == []


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({"onnx_types": ()}, "has no onnx_types; a table op is written as the first of them"),
        ({"onnx_types": ("Bump", "Relu")}, "parses ONNX operator Relu, as does op 'clip'; "),
        (
            {"onnx_types": ("Tahn",), "onnx_function": ""},
            "parses 'Tahn', which is not an ONNX operator",
        ),
        ({"onnx_function": "Bump (x) =>"}, "op 'bump': its onnx_function is not a function in"),
        ({"onnx_types": ("Hump",)}, "its onnx_function defines 'Bump', its onnx_types are Hump; "),
        (
            {"onnx_function": "Bump (x) => (y) { y = Squared (x) }"},
            "its onnx_function uses 'Squared', which is not an ONNX operator; ",
        ),
        (
            {"onnx_function": "Bump (x, z) => (y) { y = Mul (x, z) }"},
            "its onnx_function has 2 inputs and 1 outputs; a table op has one of each",
        ),
        (
            {"activate": np.abs},
            "at x = -8 its `activate` returns 8, its onnx_function 64; both must compute the same",
        ),
        ({"activate": np.isnan}, "its onnx_function cannot be computed (op 'bump': its `activate`"),
    ],
)
def test_a_fault_is_named(members, fault):
    (found,) = op_faults(table_op(**members))
    assert found.startswith(fault)


def test_only_the_domain_is_compared():
    root = "Bump (x) => (y) { y = Sqrt (x) }"
    op = table_op(lambda x: np.sqrt(np.abs(x)), (0.0, np.inf), onnx_function=root)
    assert op_faults(op) == []
