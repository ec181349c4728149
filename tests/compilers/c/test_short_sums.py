"""Sums in 32 bits: constants that are found give every level, also where few levels are reached."""

import numpy as np
import pytest
from generated_c import assert_exact
from hypothesis import given
from hypothesis import strategies as st
from one_node import OneNode, activation

from compilers.c.short_sums import short_sum
from zoo.graph import Quantization

BYTES = np.arange(-128, 128)
factors = st.floats(2**-10, 2**10)


@given(factors, factors, st.integers(-128, 127), st.integers(-128, 127))
def test_constants_give_every_level(first, second, center, zero_point):
    sums = first * (BYTES[:, None] - center) + second * (BYTES[None, :] - center)
    levels = (np.floor(sums + 0.5).astype(np.int64) + zero_point).clip(-128, 127)
    found = short_sum(levels, (-128, 127), (BYTES, BYTES), (first, second))
    if found is None:
        return
    stored = found.first * BYTES[:, None] + found.second * BYTES[None, :] + found.offset
    assert np.abs(stored).max() < 2**31
    np.testing.assert_array_equal((stored >> found.shift).clip(-128, 127), levels)


@pytest.mark.toolchain
@pytest.mark.parametrize(
    ("read", "stored"),
    [
        (Quantization((2.0**-10,), (0,)), Quantization((1.0,), (0,))),
        (Quantization((1.0,), (0,)), Quantization((1024.0,), (127,))),
        (Quantization((1.0,), (127,)), Quantization((2.0**-9,), (0,))),
    ],
)
def test_sums_that_reach_few_levels_are_exact(read, stored):
    inputs = (activation(("N", 70), read, "a"), activation(("N", 70), read, "b"))
    assert_exact(OneNode("add", inputs, {}, stored).graph)
