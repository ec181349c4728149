"""Tanh as a function of one number: test_functions.py has what all have in common."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import SEEDS, OneNode, activation

from compilers.ops.tanh import OP
from zoo.graph import Quantization


@given(channels=st.integers(1, 9), seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_reals_are_those_of_onnx_runtime(channels, seed):
    assert OneNode("tanh", (activation(("N", channels, 3)),)).difference(seed) < 1e-6


def test_no_real_overflows():
    case = OneNode("tanh", (activation(("N", 4)),))
    extreme = np.array([[-1e30, -100, 100, 1e30]], np.float32)
    assert case.run(extreme).tolist() == [[-1, -1, 1, 1]]


def test_known_range_makes_full_use_of_8_bits():
    stored = OP.fixed_quantization(OneNode("tanh", (activation(("N", 1)),)).node)
    read = Quantization((1 / 16,), (128,), signed=False)
    table = OneNode("tanh", (activation(("N", 1), read),), stored=stored).node.integer["table"]
    assert (table[0], table[128], table[255]) == (0, 128, 255)
