"""Threads that share each layer's rows compute the same integers as one."""

import numpy as np
import pytest
from c_threads import run_in_threads
from every_op import every_layer, every_op
from generated_c import run_c
from layer_shapes import SCALES, layers
from mobilenet_v2 import mobilenet_v2
from networks import residual_network
from quantization import quantized
from random_graphs import random_feeds

from codegen.c_rows import has_rows
from compilers.c.program import make_program
from compilers.schemes import W8A8_ASYM

pytestmark = pytest.mark.toolchain

COUNTS = (1, 2, 3, 7)


def assert_same(graph, seed=0):
    feeds = random_feeds(graph, seed)
    expected = run_c(graph, feeds)
    for found in run_in_threads(graph, feeds, COUNTS):
        assert found.keys() == expected.keys()
        for name, values in expected.items():
            assert np.array_equal(found[name], values), name


@pytest.mark.parametrize("scales", SCALES)
def test_layers_of_many_shapes(scales):
    assert_same(layers(*SCALES[scales]))


@pytest.mark.parametrize("pair", ["u8", "s8 to u8", "u16 to u8"])
def test_every_op(pair):
    assert_same(every_op(pair))


def test_packed_weights():
    assert_same(every_layer("u8", 4))


@pytest.mark.parametrize("network", [residual_network(), mobilenet_v2(0.35, 64)])
def test_networks_with_additions_in_place(network):
    assert_same(quantized(network, W8A8_ASYM))


def test_layers_are_shared():
    program = make_program(every_op("u8"))
    shared = {call.kernel for call in program.calls if has_rows(program, call)}
    windowed = {"conv", "conv_gathered", "depthwise", "depthwise_3x3", "max_pool"}
    assert shared == {"add_wide", *windowed}
