"""Layers that read 16 bits: their sums, their memory, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from generated_c import run_c, to_c
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import OneNode, activation

from compilers.c.program import make_program
from compilers.reference import run_graph
from zoo.errors import UnsupportedOpError
from zoo.graph import Quantization, Tensor

COARSE = Quantization((2.0**-6,), (0,), bits=16, signed=False)
KERNEL = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1)}


def dense(weights: np.ndarray, read: Quantization, scale: float, stored: Quantization) -> OneNode:
    """Return a layer. weights: [K, C] of 8 bits, with this scale."""
    grid = Quantization((scale,) * len(weights), (0,) * len(weights), axis=0)
    weight = Tensor("w", weights.shape, "int8", "", grid, weights.astype(np.int8))
    return OneNode("dense", (activation(("N", weights.shape[1]), read), weight), {}, stored)


@pytest.mark.toolchain
@given(
    st.integers(0, 2**16 - 1),
    st.sampled_from([8, 16]),
    st.sampled_from(["half_even", "half_up"]),
    st.integers(0, 99),
)
@settings(max_examples=8, deadline=None)
def test_sums_of_more_than_32_bits_are_exact(zero_point, bits, rounding, seed):
    random = np.random.default_rng(seed)
    weights = random.integers(-127, 128, (18, 1030))
    weights[:6] = np.where(weights[:6] < 0, -127, 127)
    read = replace(COARSE, zero_point=(zero_point,), rounding=rounding)
    # Sums of 2**34 steps are stored in a whole range; random ones, smaller, hit ties.
    stored = Quantization((2.0 ** (20 - bits),), (3,), bits=bits, rounding=rounding)
    graph = dense(weights, read, 2.0**-6, stored).graph
    levels = np.where(weights[:9] < 0, 0, 2**16 - 1)
    levels[6:] = random.integers(0, 2**16, (3, 1030))
    reals = (levels - zero_point).astype(np.float32) * np.float32(2.0**-6)
    sums = (levels - zero_point) @ weights.T
    assert np.abs(sums).max() > 2**32
    ((name, found),) = run_c(graph, {graph.inputs[0]: reals}).items()
    np.testing.assert_array_equal(found, run_graph(graph, {graph.inputs[0]: reals})[name])


@pytest.mark.parametrize(("bits", "values_bytes"), [(8, 1), (16, 2)])
def test_a_value_of_16_bits_takes_two_bytes(bits, values_bytes):
    read = replace(COARSE, bits=bits)
    first = OneNode("requantize", (activation(("N", 1000), read),), {}, read).graph
    tensors = {**first.tensors, "z": activation(("N", 1000), read, "z")}
    second = replace(first.nodes[1], name="second", inputs=("y",), output="z")
    out = replace(first.nodes[2], inputs=("z",))
    graph = replace(first, tensors=tensors, nodes=(*first.nodes[:2], second, out))
    program = make_program(graph)
    assert program.arena_bytes == 1000 * values_bytes
    (buffer,) = (b for b in program.buffers.values() if b.offset is not None)
    assert buffer.ctype == f"uint{bits}_t"


def test_what_32_bits_cannot_sum_is_refused_by_the_node():
    image = activation(("N", 2, 300, 300), COARSE)
    attributes = {"kernel": (300, 300), "strides": (1, 1), "pads": (0, 0, 0, 0)}
    attributes |= {"count_include_pad": 1, "keep_axes": 1}
    pool = OneNode("average_pool", (image,), attributes, COARSE).graph
    with pytest.raises(UnsupportedOpError, match="sums over 90000 values may have more than 32"):
        to_c(pool)
    grid = Quantization((0.5, 0.5), (0, 0), axis=0)
    weight = Tensor("w", (2, 1, 20, 20), "int8", "", grid, np.full((2, 1, 20, 20), 127, np.int8))
    layer = OneNode("conv", (image, weight), {**KERNEL, "group": 2}, COARSE).graph
    with pytest.raises(UnsupportedOpError, match="sums over 400 products may have more than 32"):
        to_c(layer)


def test_two_roundings_are_of_8_bits():
    read = replace(COARSE, rounding="two_stage")
    graph = OneNode("clip", (activation(("N", 3), read),), {"low": 0.0, "high": 1.0}, read).graph
    told = "node 'alone' .*: 'x' has 16 bits and it rounds in two stages; quantize it to 8 bits"
    with pytest.raises(UnsupportedOpError, match=told):
        to_c(graph)
