"""Layers that round half up, though LiteRT's kernels round half to even."""

from dataclasses import replace

import numpy as np
import pytest
from one_node import OneNode, activation
from tflite_files import differences, run_tflite, to_tflite

from compilers.tflite.compiler import EXACT
from compilers.tflite.half_up import SHIFT_MAX, is_exact, round_half_up
from compilers.tflite.lower import lower
from zoo.graph import Graph, Quantization, Tensor

STEP = Quantization((2.0**-4,), (0,), rounding="half_up")
HALVES = Quantization((2.0**-5,), (0,), rounding="half_up")


def _dense(
    read: Quantization, stored: Quantization, weight: float = 1.0, clamp: tuple = ()
) -> Graph:
    """Return a layer of one weight of 1 step, and so the input in other steps."""
    grid = Quantization((weight,), (0,))
    constant = Tensor("w", (1, 1), "int8", "", grid, np.array([[1]], np.int8))
    attributes = {"clamp": clamp} if clamp else {}
    return OneNode("dense", (activation(("N", 1), read), constant), attributes, stored).graph


def _steps(graph: Graph, levels: list[int]) -> list[float]:
    """Return the output in its steps, for inputs in theirs."""
    scale = graph.tensors["x"].quantization.scale[0]
    feeds = {"x.real": np.array(levels, np.float32)[:, None] * np.float32(scale)}
    found = run_tflite(to_tflite(graph).files["model.tflite"], feeds)["y.real"]
    return (found[:, 0] / graph.tensors["y"].quantization.scale[0]).tolist()


def test_ties_go_up_on_both_sides_of_zero():
    graph = _dense(HALVES, STEP)
    assert _steps(graph, [-5, -3, -1, 1, 3, 5]) == [-2, -1, 0, 1, 2, 3]


def test_ties_of_rectified_outputs_go_up():
    graph = _dense(HALVES, STEP, clamp=(0.0, np.inf))
    assert _steps(graph, [-3, -1, 1, 3, 5]) == [0, 0, 1, 2, 3]


@pytest.mark.parametrize("zero_point", [-128, -5, 0, 90, 127])
@pytest.mark.parametrize("bits", [-2, 0, 1, 6, SHIFT_MAX])
def test_every_zero_point_and_width_is_exact(zero_point, bits):
    stored = replace(STEP, zero_point=(zero_point,))
    graph = _dense(HALVES, stored, weight=2.0 ** (1 - bits))
    reals = np.arange(-128, 128, dtype=np.float32)[:, None] / 32
    assert differences(graph, {"x.real": reals}) == {"y.real": 0}
    assert to_tflite(graph).exactness == EXACT


def test_weights_stay_and_their_scale_is_the_next_float():
    before = lower(_dense(HALVES, STEP))
    after = round_half_up(before)
    weight, changed = before.tensors[2], after.tensors[2]
    assert changed.data is weight.data
    assert changed.grid.scale == (float(np.nextafter(np.float32(1), np.float32(2))),)
    assert [op.code for op in after.ops] == ["QUANTIZE", "FULLY_CONNECTED", "ADD", "DEQUANTIZE"]


def test_rectified_outputs_need_no_further_op():
    graph = _dense(HALVES, STEP, clamp=(0.0, np.inf))
    codes = [op.code for op in round_half_up(lower(graph)).ops]
    assert codes == ["QUANTIZE", "FULLY_CONNECTED", "DEQUANTIZE"]


@pytest.mark.parametrize(
    "stored",
    [replace(STEP, rounding="half_even"), replace(STEP, scale=(2.0 ** (SHIFT_MAX - 4),))],
    ids=["half even", "beyond float32"],
)
def test_other_layers_stay(stored):
    model = lower(_dense(HALVES, stored))
    assert round_half_up(model) == model
    assert not is_exact(model)


@pytest.mark.parametrize("op", ["sigmoid", "concat", "average_pool"])
def test_ops_that_may_be_a_step_off_are_not_called_exact(op):
    images = [activation(("N", 2, 3, 3), grid, name) for name, grid in (("a", STEP), ("b", HALVES))]
    window = {"kernel": (3, 3), "strides": (1, 1), "pads": (0, 0, 0, 0)}
    attributes = {
        "concat": {"axis": 1},
        "average_pool": {**window, "count_include_pad": 0, "keep_axes": 0},
    }.get(op, {})
    inputs = tuple(images[: 2 if op == "concat" else 1])
    graph = OneNode(op, inputs, attributes, HALVES).graph
    assert not is_exact(lower(graph))
    assert to_tflite(graph).exactness.bound > 0


def test_factors_in_place_of_a_division_are_exact():
    attributes = {
        "kernel": (3, 3),
        "strides": (1, 1),
        "pads": (0, 0, 0, 0),
        "count_include_pad": 0,
        "keep_axes": 1,
        "reciprocal": (14, 7),
    }
    graph = OneNode("average_pool", (activation(("N", 2, 3, 3), STEP),), attributes, HALVES).graph
    assert to_tflite(graph).exactness == EXACT
    assert differences(graph) == {"y.real": 0}
