"""Reciprocals of the DPU's means, and its slope of leaky rectifiers."""

from fractions import Fraction

import numpy as np
import pytest
from build_graph import build_graph
from hypothesis import given
from hypothesis import strategies as st
from quantization import quantized

from compilers.op_parts.arguments import real
from compilers.quantize.chip_numbers import choose_reciprocals, choose_slopes, reciprocal_of
from compilers.schemes import DPU_POW2, W8A8_SYM
from zoo.graph import Graph, Node

SIZES = st.integers(1, 64)


@pytest.mark.parametrize(
    ("kernel", "factor"),
    [
        ((3, 3), Fraction(7, 64)),
        ((5, 5), Fraction(10, 256)),
        ((6, 6), Fraction(7, 256)),
        ((3, 6), Fraction(14, 256)),
        ((6, 3), Fraction(14, 256)),
        ((7, 7), Fraction(21, 1024)),
        ((14, 14), Fraction(21, 4096)),
        ((2, 2), Fraction(1, 4)),
        ((4, 4), Fraction(1, 16)),
        ((1, 1), Fraction(1)),
        ((9, 9), Fraction(101, 8192)),
    ],
)
def test_reciprocals_are_the_chips(kernel, factor):
    multiplier, shift = reciprocal_of(kernel, DPU_POW2)
    assert Fraction(multiplier, 2**shift) == factor


@given(SIZES, SIZES)
def test_reciprocals_are_near_to_the_true_ones_and_reduced(height, width):
    multiplier, shift = reciprocal_of((height, width), DPU_POW2)
    assert abs(Fraction(multiplier, 2**shift) * height * width - 1) < Fraction(1, 32)
    assert multiplier % 2 == 1


def _pool(**attributes: object) -> Graph:
    window = {"kernel": (3, 3), "strides": (1, 1), "pads": (1, 1, 1, 1), "keep_axes": 1}
    node = Node("p", "average_pool", ("x",), "y", {**window, **attributes})
    return build_graph({"x": ("N", 1, 6, 6)}, [node], ("y",))


def test_a_scheme_that_divides_leaves_pools_alone():
    graph = _pool(count_include_pad=1)
    assert choose_reciprocals(graph, W8A8_SYM) is graph


def test_pools_over_one_count_get_one():
    (node,) = choose_reciprocals(_pool(count_include_pad=1), DPU_POW2).nodes
    assert node.attributes["reciprocal"] == (7, 6)


def test_pools_over_several_counts_keep_their_means():
    graph = _pool(count_include_pad=0)
    assert choose_reciprocals(graph, DPU_POW2) == graph


def _leaky(alpha: float) -> Graph:
    node = Node("n", "leaky_relu", ("x",), "y", {"alpha": alpha})
    return build_graph({"x": ("N", 3, 4, 4)}, [node], ("y",))


@pytest.mark.parametrize(
    ("alpha", "chosen"), [(0.1, 26 / 256), (26 / 256, 26 / 256), (0.103, 26 / 256), (0.2, 0.2)]
)
def test_a_slope_that_is_nearest_to_the_chips_becomes_it(alpha, chosen):
    (node,) = choose_slopes(_leaky(alpha), DPU_POW2).nodes
    assert real(node, "alpha") == chosen


def test_other_schemes_have_any_slope():
    graph = _leaky(0.1)
    assert choose_slopes(graph, W8A8_SYM) is graph


def test_integers_are_those_of_the_chips_slope():
    found, wanted = (quantized(_leaky(alpha), DPU_POW2) for alpha in (0.1, 26 / 256))
    tables = [node.integer["table"] for graph in (found, wanted) for node in graph.nodes[1:2]]
    np.testing.assert_array_equal(*tables)
