"""Bilinear interpolation in C, by a shift or by a division."""

import numpy as np
import pytest
from generated_c import run_c, to_c
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import OneNode, activation

from compilers.reference import run_graph
from zoo.graph import Quantization

PLACES = ("half_pixel", "asymmetric", "align_corners")


def resized(size, size_out, place, grid=None):
    """Return a graph that resizes squares of three channels."""
    read = grid or Quantization((0.05,), (7,), signed=False)
    attributes = {"size_hw": (size_out,) * 2, "mode": "linear"}
    attributes["coordinate_transformation_mode"] = place
    return OneNode("resize", (activation(("N", 3, size, size), read),), attributes, read).graph


@pytest.mark.parametrize(
    ("size", "size_out", "place", "bits", "kernel"),
    [
        (4, 8, "half_pixel", 8, "resize_linear_pow2"),
        (5, 40, "half_pixel", 8, "resize_linear_pow2"),
        (4, 8, "asymmetric", 16, "resize_linear_pow2"),
        (12, 3, "half_pixel", 8, "resize_linear_pow2"),
        (4, 12, "half_pixel", 8, "resize_linear"),
        (4, 8, "align_corners", 8, "resize_linear"),
        (6, 6, "half_pixel", 8, "resize_linear"),
        (1, 256, "half_pixel", 16, "resize_linear"),
        (3, 3 << 9, "asymmetric", 16, "resize_linear"),
    ],
)
def test_divisors_of_a_power_of_two_are_shifts(size, size_out, place, bits, kernel):
    grid = Quantization((0.05,), (7,), bits=bits, signed=False)
    code = to_c(resized(size, size_out, place, grid)).files["network.c"].decode()
    assert f"network_{kernel}_u{bits}(" in code


@pytest.mark.toolchain
@given(
    st.integers(1, 9),
    st.sampled_from([2, 4, 8, 16]),
    st.sampled_from(PLACES),
    st.integers(-128, 127),
    st.booleans(),
    st.sampled_from([8, 16]),
    st.sampled_from(["half_even", "half_up"]),
)
@settings(max_examples=12, deadline=None)
def test_every_value_is_exact(size, factor, place, zero_point, signed, bits, rounding):
    zero = zero_point if signed else zero_point + 128
    grid = Quantization((2.0**-6,), (zero,), bits=bits, signed=signed, rounding=rounding)
    graph = resized(size, size * factor, place, grid)
    levels = np.random.default_rng(size).integers(grid.qmin, grid.qmax + 1, (2, 3, size, size))
    reals = (levels - zero).astype(np.float32) * np.float32(2.0**-6)
    ((name, found),) = run_c(graph, {graph.inputs[0]: reals}).items()
    np.testing.assert_array_equal(found, run_graph(graph, {graph.inputs[0]: reals})[name])
