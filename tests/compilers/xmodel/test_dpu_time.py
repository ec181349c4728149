"""The time of the DPU, by hand."""

from dataclasses import replace

import numpy as np
import pytest
from build_graph import build_graph

from compilers.xmodel.dpu_time import START_MS, dpu_times
from zoo.build.targets import find_target
from zoo.errors import RefusedError
from zoo.graph import Node

KV260 = find_target("kv260")
CYCLE_MS = 1e3 / 300e6


def convolution(outputs, inputs, group=1):
    window = {"strides": (1, 1), "pads": (1, 1, 1, 1), "dilations": (1, 1), "group": group}
    weight = np.ones((outputs, inputs // group, 3, 3), np.float32)
    node = Node("c", "conv", ("x", "w"), "y", window)
    return build_graph({"x": ("N", inputs, 8, 20)}, (node,), ("y",), {"w": weight})


def test_a_convolution_takes_whole_groups_of_channels_and_pixels():
    start, time = dpu_times(convolution(17, 32), KV260)
    assert start.total_ms == START_MS
    assert time.parts_ms["compute"] == pytest.approx(9 * 2 * 2 * 8 * 3 * CYCLE_MS)
    moved_bytes = 32 * 160 + 17 * 32 * 9 + 17 * 160
    assert time.parts_ms["memory"] == pytest.approx(1e3 * moved_bytes / 9.6e9)
    assert time.total_ms == max(time.parts_ms.values())


def test_a_depthwise_convolution_runs_on_the_alu():
    _, time = dpu_times(convolution(32, 32, group=32), KV260)
    assert time.parts_ms["compute"] == pytest.approx(9 * 2 * 8 * 5 * CYCLE_MS)


def test_a_smaller_dpu_takes_longer():
    graph = convolution(64, 64)
    large, small = (
        dpu_times(graph, board)[1].parts_ms["compute"]
        for board in (KV260, find_target("kv260:b512"))
    )
    assert small == pytest.approx(7 * large, rel=0.2)


@pytest.mark.parametrize("value", [0, None, "fast"])
def test_a_board_states_its_clock(value):
    board = replace(KV260, facts={**KV260.facts, "dpu_clock_hz": value})
    with pytest.raises(RefusedError, match=f"kv260: its fact 'dpu_clock_hz' is {value!r}"):
        dpu_times(convolution(4, 4), board)
