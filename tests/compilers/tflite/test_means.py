"""Means whose pads do not count as pixels."""

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import OneNode, activation
from tflite_files import differences

from compilers.tflite.lower import lower
from zoo.graph import Graph, Quantization

READ = Quantization((0.05,), (90,), signed=False)
STORED = Quantization((0.031,), (100,), signed=False)
STEP = 1.01  # and what a product with a scale in float32 may add

sides = st.integers(2, 9)
strides = st.integers(1, 3)


@st.composite
def windows(draw: st.DrawFn) -> dict:
    kernel = draw(st.tuples(st.integers(2, 4), st.integers(2, 4)))
    pads = tuple(draw(st.integers(0, size - 1)) for size in (*kernel, *kernel))
    return {
        "kernel": kernel,
        "strides": draw(st.tuples(strides, strides)),
        "pads": pads,
        "count_include_pad": 0,
        "keep_axes": 1,
        **({"clamp": (0.0, inf)} if draw(st.booleans()) else {}),
    }


def _pool(window: dict, sides_hw: tuple[int, int], *, quantized: bool) -> Graph:
    read, stored = (READ, STORED) if quantized else (None, None)
    return OneNode("average_pool", (activation(("N", 3, *sides_hw), read),), window, stored).graph


@given(windows(), sides, sides)
@settings(max_examples=25, deadline=None)
def test_integers_are_within_a_step(window, height, width):
    graph = _pool(window, (max(height, 4), max(width, 4)), quantized=True)
    assert differences(graph)["y.real"] <= STEP


@given(windows(), sides, sides)
@settings(max_examples=25, deadline=None)
def test_reals_are_those_of_the_reference(window, height, width):
    graph = _pool(window, (max(height, 4), max(width, 4)), quantized=False)
    assert differences(graph)["y"] < 1e-5


def test_reals_with_pads_as_tensorflow_has_them_are_one_op():
    same = {"kernel": (3, 3), "strides": (1, 1), "pads": (1, 1, 1, 1)}
    graph = _pool({**same, "count_include_pad": 0, "keep_axes": 1}, (8, 8), quantized=False)
    assert [op.code for op in lower(graph).ops] == ["AVERAGE_POOL_2D"]


@pytest.mark.parametrize(
    ("pads", "parts"), [((1, 1, 1, 1), 9), ((0, 0, 1, 1), 4), ((1, 0, 1, 0), 3)]
)
def test_there_is_a_part_for_each_count(pads, parts):
    window = {"kernel": (3, 3), "strides": (1, 1), "pads": pads}
    graph = _pool({**window, "count_include_pad": 0, "keep_axes": 1}, (8, 8), quantized=True)
    codes = [op.code for op in lower(graph).ops]
    assert codes.count("DEPTHWISE_CONV_2D") == parts
