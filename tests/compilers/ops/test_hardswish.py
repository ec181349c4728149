"""HardSwish as a function of one number: test_functions.py has what all have in common."""

from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import SEEDS, OneNode, activation

from zoo.graph import Quantization


@given(channels=st.integers(1, 9), seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_reals_are_those_of_onnx_runtime(channels, seed):
    assert OneNode("hardswish", (activation(("N", channels, 3)),)).difference(seed) < 1e-5


def test_table_is_flat_then_curved_then_straight():
    read, stored = Quantization((1 / 16,), (0,)), Quantization((1 / 16,), (0,))
    table = OneNode("hardswish", (activation(("N", 1), read),), stored=stored).node.integer["table"]
    at = {x: table[16 * x + 128] / 16 for x in (-8, -3, -1, 0, 1, 3, 7)}
    assert at == {-8: 0, -3: 0, -1: -0.3125, 0: 0, 1: 0.6875, 3: 3, 7: 7}
