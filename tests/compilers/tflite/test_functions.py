"""Functions in integers, over all integers that there are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import OneNode, activation
from tflite_files import differences

from compilers.tflite.lower import lower
from zoo.graph import Graph, Quantization

SIGMOID = Quantization((1 / 256,), (0,), signed=False)
TANH = Quantization((1 / 128,), (128,), signed=False)
FIXED = {"sigmoid": SIGMOID, "tanh": TANH, "softmax": SIGMOID}
FINE = Quantization((0.05,), (90,), signed=False)
ATTRIBUTES = {
    "softmax": {"axis": 1},
    "leaky_relu": {"alpha": 0.1},
    "hard_sigmoid": {"alpha": 0.2, "beta": 0.5},
}
ISLAND = {"DEQUANTIZE", "QUANTIZE"}
STEP = 1.01  # and what a product with a scale in float32 may add

grids = st.builds(
    lambda exponent, zero_point: Quantization((2.0**exponent,), (zero_point,), signed=False),
    st.floats(-7, -2).map(lambda exponent: float(np.log2(np.float32(2**exponent)))),
    st.integers(0, 255),
)


def _graph(op: str, read: Quantization, stored: Quantization) -> Graph:
    return OneNode(op, (activation(("N", 64), read),), ATTRIBUTES.get(op, {}), stored).graph


def _codes(graph: Graph) -> set[str]:
    """Return the ops between the border's QUANTIZE and DEQUANTIZE."""
    return {op.code for op in lower(graph).ops[1:-1]}


def _every_integer(grid: Quantization) -> dict[str, np.ndarray]:
    levels = np.arange(grid.qmin, grid.qmax + 1) - grid.zero_point[0]
    return {"x.real": (levels * np.float32(grid.scale[0])).astype(np.float32).reshape(4, 64)}


@pytest.mark.parametrize("op", FIXED)
@given(read=grids)
@settings(max_examples=8)
def test_fixed_steps_are_computed_in_integers(op, read):
    graph = _graph(op, read, FIXED[op])
    assert not ISLAND & _codes(graph)
    assert differences(graph, _every_integer(read))["y.real"] <= STEP


@pytest.mark.parametrize("op", ["hardswish", "leaky_relu"])
@given(read=grids, stored=grids)
@settings(max_examples=8)
def test_other_functions_are_within_a_step(op, read, stored):
    graph = _graph(op, read, stored)
    assert not ISLAND & _codes(graph)
    assert differences(graph, _every_integer(read))["y.real"] <= STEP


@pytest.mark.parametrize("op", FIXED)
def test_other_steps_are_computed_in_reals(op):
    assert _codes(_graph(op, FINE, FINE)) >= ISLAND


@given(read=grids)
@settings(max_examples=8)
def test_a_gate_is_within_a_step(read):
    graph = _graph("hard_sigmoid", read, SIGMOID)
    assert differences(graph, _every_integer(read))["y.real"] <= STEP


@pytest.mark.parametrize("scale", [2.0**-14, 2.0**6])
def test_scales_far_apart_are_computed_in_reals(scale):
    stored = Quantization((scale,), (0,))
    assert _codes(_graph("hardswish", FINE, stored)) >= ISLAND


@pytest.mark.parametrize("place", ["half_pixel", "align_corners", "asymmetric"])
@given(read=grids, size_hw=st.tuples(st.integers(1, 12), st.integers(1, 12)))
@settings(max_examples=8)
def test_bilinear_images_are_within_a_step(place, read, size_hw):
    attributes = {
        "size_hw": size_hw,
        "mode": "linear",
        "coordinate_transformation_mode": place,
    }
    graph = OneNode("resize", (activation(("N", 4, 8, 8), read),), attributes, read).graph
    assert _codes(graph) == {"RESIZE_BILINEAR"}
    images = _every_integer(read)["x.real"].reshape(1, 4, 8, 8)
    assert differences(graph, {"x.real": images})["y.real"] <= STEP
