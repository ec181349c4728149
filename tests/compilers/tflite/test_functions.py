"""Functions in integers, over all integers that there are."""

import numpy as np
import pytest
from every_op import PAIRS
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import OneNode, activation
from tflite_files import differences, run_tflite

from compilers.op_parts.arithmetic import dequantize
from compilers.reference import run_graph
from compilers.tflite import lower as tflite_lower
from compilers.tflite.encode import encode
from compilers.tflite.functions import lower_table
from compilers.tflite.half_up import is_exact
from compilers.tflite.lower import lower
from zoo.graph import Graph, Quantization
from zoo.lowering import Lowering, NodeView, Refusal, find_lowering

SIGMOID = Quantization((1 / 256,), (0,), signed=False)
TANH = Quantization((1 / 128,), (128,), signed=False)
FIXED = {"sigmoid": SIGMOID, "tanh": TANH}
ISLANDS = (*FIXED, "softmax")
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


@given(
    read=grids,
    classes=st.integers(1, 1023),
    steps_log2=st.integers(0, 8),
    seed=st.integers(0, 99),
)
@settings(max_examples=25, deadline=None)
def test_a_softmax_is_divided_in_integers_as_the_reference_does(read, classes, steps_log2, seed):
    """Its integers are those of every processor: no exponential is computed."""
    stored = Quantization((2.0**-steps_log2,), (0,), signed=False)
    graph = OneNode("softmax", (activation(("N", classes), read),), {"axis": 1}, stored).graph
    codes = _codes(graph)
    assert "SOFTMAX" not in codes
    assert not ISLAND & codes
    levels = np.random.default_rng(seed).integers(read.qmin, read.qmax + 1, (1, classes))
    feeds = {"x.real": dequantize(levels.astype(np.uint8), read)}
    found, wanted = run_tflite(encode(lower(graph)), feeds), run_graph(graph, feeds)
    steps = np.abs(found["y.real"] - wanted["y.real"]) * 2**steps_log2
    exact = _is_no_tie(wanted_halves(graph, levels))
    assert steps[exact].max(initial=0) == 0
    assert steps.max() <= 1


def wanted_halves(graph: Graph, levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return numerator and divisor of twice the softmax in steps of the output."""
    node = graph.nodes[1]
    powers = np.array(node.integer["table"], object)[levels.max() - levels]
    steps = round(1 / graph.tensors[node.output].quantization.scale[0])
    return 2 * steps * powers, powers.sum()


def _is_no_tie(halves: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    numerator, divisor = halves
    return np.array([[n % divisor != 0 for n in numerator[0]]])


@pytest.mark.parametrize(("classes", "scale"), [(1024, 1 / 256), (64, 0.05)])
def test_other_softmaxes_are_computed_in_reals(classes, scale):
    stored = Quantization((scale,), (0,), signed=False)
    graph = OneNode("softmax", (activation(("N", classes), FINE),), {"axis": 1}, stored).graph
    assert _codes(graph) == {"DEQUANTIZE", "SOFTMAX", "QUANTIZE"}


@pytest.mark.parametrize("op", ISLANDS)
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


@pytest.mark.parametrize("pair", PAIRS)
def test_a_function_without_an_op_is_a_table_to_the_bit(pair, monkeypatch):
    read, stored = PAIRS[pair]
    case = OneNode("tanh", (activation((1, 2, 8, 16), read),), {}, stored)
    monkeypatch.setattr(tflite_lower, "find_lowering", _tables_only)
    model = tflite_lower.lower(case.graph)
    assert [op.code for op in model.ops[1:-1]] == ["CAST", "ADD", "GATHER"]
    assert is_exact(model)
    feeds = {"x.real": dequantize(_integers_of(read), read)}
    found = run_tflite(encode(model), feeds)
    np.testing.assert_array_equal(found["y.real"], run_graph(case.graph, feeds)["y.real"])


def _tables_only(artifact: str, view: NodeView) -> Lowering:
    return lower_table if view.node.op == "tanh" else find_lowering(artifact, view)


def _integers_of(grid: Quantization) -> np.ndarray:
    return np.arange(grid.qmin, grid.qmax + 1).reshape(1, 2, 8, 16)


def test_a_function_of_reals_without_an_op_is_refused(monkeypatch):
    monkeypatch.setattr(tflite_lower, "find_lowering", _tables_only)
    message = r"^node 'alone' \(tanh\): TFLite has no such function for floats"
    with pytest.raises(Refusal, match=message):
        tflite_lower.lower(OneNode("tanh", (activation((1, 4)),)).graph)
