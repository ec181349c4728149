"""Functions of reals against the reference."""

import numpy as np
import pytest
from one_node import OneNode, activation
from tflite_files import differences

from compilers.tflite.lower import lower
from compilers.tflite.real_functions import FUNCTIONS
from zoo.lowering import Refusal

ATTRIBUTES = {"elu": {"alpha": 1.0, "gamma": 1.25}, "pow": {"exponent": 1.5}}
CASES = [(op, ATTRIBUTES.get(op, {})) for op in FUNCTIONS if op != "gelu"]
CASES += [("elu", {"alpha": 1.0, "gamma": 1.0})]
CASES += [("gelu", {"approximate": approximate}) for approximate in ("none", "tanh")]
OF_POSITIVE = ("log", "pow", "reciprocal", "sqrt")


@pytest.mark.parametrize(("op", "attributes"), CASES)
def test_functions_of_reals_are_those_of_the_reference(op, attributes):
    graph = OneNode(op, (activation((1, 2, 8, 16)),), attributes).graph
    lowest = 0.5 if op in OF_POSITIVE else -90
    x = np.linspace(lowest, 20, 256, dtype=np.float32).reshape(1, 2, 8, 16)
    assert differences(graph, {"x": x})["y"] < 1e-6


def test_another_alpha_than_that_of_tflite_is_refused():
    graph = OneNode("elu", (activation((1, 4)),), {"alpha": 0.5, "gamma": 1.0}).graph
    with pytest.raises(
        Refusal,
        match=r"^node 'alone' \(elu\): its alpha is 0.5, that of TFLite's ELU is 1; use alpha 1, "
        r"or quantize the network with --quant ptq$",
    ):
        lower(graph)


def test_what_tflite_lacks_is_refused_of_reals():
    with pytest.raises(Refusal, match=r"^node 'alone' \(erf\): TFLite has no such function for"):
        lower(OneNode("erf", (activation((1, 4)),)).graph)
