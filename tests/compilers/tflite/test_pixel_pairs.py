"""Convolutions that read pairs of pixels."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from one_node import OneNode, activation
from tflite_files import differences

from compilers.op_parts.window import Window
from compilers.tflite.lower import lower
from compilers.tflite.pixel_pairs import PixelPairs
from zoo.graph import Graph, Quantization, Tensor

READ = Quantization((0.03125,), (5,))
STORED = Quantization((1.0,), (-7,))
CASES = (
    # kernel (height, width), pads, width of the image
    ((3, 3), (1, 1, 1, 1), 8),
    ((3, 3), (0, 0, 1, 1), 8),
    ((3, 3), (0, 0, 0, 0), 8),
    ((3, 2), (0, 0, 0, 0), 6),
    ((5, 5), (2, 2, 2, 2), 8),
    ((7, 7), (3, 3, 3, 3), 10),
    ((3, 4), (1, 1, 1, 1), 8),
)


def _convolution(
    kernel: tuple[int, int], pads: tuple[int, ...], width: int, channels: int = 3
) -> Graph:
    random = np.random.default_rng(1)
    shape = (4, channels, *kernel)
    weight = random.integers(-127, 128, shape).astype(np.int8)
    grid = Quantization((0.0625,) * 4, (0,) * 4, axis=0)
    constant = Tensor("w", shape, "int8", "", grid, weight)
    attributes = {"strides": (2, 2), "pads": pads, "dilations": (1, 1), "group": 1}
    image = activation(("N", channels, 9, width), READ)
    return OneNode("conv", (image, constant), attributes, STORED).graph


def _codes(graph: Graph) -> list[str]:
    return [op.code for op in lower(graph).ops if op.code not in ("QUANTIZE", "DEQUANTIZE")]


@pytest.mark.parametrize(("kernel", "pads", "width"), CASES)
def test_sums_stay_as_they_are(kernel, pads, width):
    graph = _convolution(kernel, pads, width)
    codes = _codes(graph)
    assert (codes[0], codes[-1]) == ("RESHAPE", "CONV_2D")
    assert differences(graph) == {"y.real": 0}


@pytest.mark.parametrize(
    ("kernel", "width", "channels"),
    [((3, 3), 9, 3), ((3, 1), 8, 3), ((3, 3), 8, 5)],
    ids=["odd width", "one column", "many channels"],
)
def test_others_are_read_pixel_by_pixel(kernel, width, channels):
    graph = _convolution(kernel, (0, 0, 0, 0), width, channels)
    assert _codes(graph) == ["CONV_2D"]


def test_floats_are_read_pixel_by_pixel():
    weight = Tensor("w", (4, 3, 3, 3), data=np.ones((4, 3, 3, 3), np.float32))
    attributes = {"strides": (2, 2), "pads": (0, 0, 0, 0), "dilations": (1, 1), "group": 1}
    graph = OneNode("conv", (activation(("N", 3, 8, 8)), weight), attributes).graph
    assert _codes(graph) == ["CONV_2D"]


@given(
    kernel=st.integers(2, 7),
    left=st.integers(0, 6),
    right=st.integers(0, 6),
    width=st.integers(1, 12).map(lambda half: 2 * half),
)
def test_every_output_reads_the_same_pixels(kernel, left, right, width):
    window = Window((1, kernel), (1, 2), (0, left, 0, right))
    assume(width + left + right >= kernel)
    pairs = PixelPairs.of((1, 1, width, 1), window)
    assume(pairs is not None)
    row, weights = np.arange(1, width + 1), 100 ** np.arange(kernel).astype(object)
    wanted = _slide(np.pad(row, (left, right)), weights, 2)
    _, before, _, after = pairs.window.pads
    spread = pairs.spread(weights.reshape(1, 1, kernel, 1)).reshape(-1)
    assert _slide(np.pad(row, (2 * before, 2 * after)), spread, 2) == wanted


def _slide(row: np.ndarray, weights: np.ndarray, stride: int) -> list[int]:
    places = range(0, len(row) - len(weights) + 1, stride)
    return [int(sum(row[place : place + len(weights)] * weights)) for place in places]
