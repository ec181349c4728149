"""Products of computed matrices in C, of any shape and behind any transpose, to the bit."""

import pytest
from generated_c import assert_exact, to_c
from hypothesis import given, settings
from hypothesis import strategies as st
from matrix_products import graphs
from one_node import OneNode, activation

from zoo.errors import UnsupportedOpError
from zoo.graph import Quantization

pytestmark = pytest.mark.toolchain

GRID = Quantization((0.05,), (3,))


@given(graph=graphs(), seed=st.integers(0, 9))
@settings(max_examples=6, deadline=None)
def test_products_are_exact(graph, seed):
    assert_exact(graph, seed)


def _case(first: tuple, second: tuple) -> OneNode:
    inputs = (activation(("N", *first), GRID), activation(("N", *second), GRID, "b"))
    return OneNode("matmul", inputs, {}, GRID)


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ((1, 200_000), (200_000, 1), "its sums over 200000 products may have more than 32 bits"),
        ((2, 1, 3, 2, 2), (1, 2, 1, 2, 2), "are repeated along too many axes for two nested loops"),
    ],
)
def test_what_does_not_fit_is_refused(first, second, message):
    with pytest.raises(UnsupportedOpError, match=message):
        to_c(_case(first, second).graph)
