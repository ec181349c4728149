"""Clamps leave fused nodes, and only where saturation does not clip anyway they stay as clips."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_runtime import run_onnx
from quantization import quantized, samples
from random_graphs import float_graphs

from compilers.hub import HUB
from compilers.onnx.separate_clamps import separate_clamps
from compilers.schemes import W8A8_ASYM, W8A8_SYM
from zoo.graph import Graph, Node, Quantization, Tensor


@given(float_graphs(), st.sampled_from((W8A8_ASYM, W8A8_SYM)))
@settings(max_examples=30, deadline=None)
def test_the_hub_computes_the_same(graph, scheme):
    integer = quantized(graph, scheme, correct_bias=False)
    separated = separate_clamps(integer)
    assert all("clamp" not in node.attributes for node in separated.nodes)
    feeds = next(samples(graph))
    before, after = run_onnx(HUB.write(integer), feeds), run_onnx(HUB.write(separated), feeds)
    for name in graph.outputs:
        np.testing.assert_array_equal(before[name], after[name])


def _requantize(clamp: tuple[float, float], zero_point: int) -> Graph:
    grids = {
        "x": Quantization((0.1,), (128,), signed=False),
        "y": Quantization((0.02,), (zero_point,), signed=False),
    }
    tensors = {name: Tensor(name, ("N", 4), grid.dtype, "", grid) for name, grid in grids.items()}
    tensors |= {name: Tensor(name, ("N", 4)) for name in ("image", "out")}
    nodes = (
        Node("in", "quantize", ("image",), "x"),
        Node("node", "requantize", ("x",), "y", {"clamp": clamp}),
        Node("out", "dequantize", ("y",), "out"),
    )
    return Graph("net", ("image",), ("out",), tensors, nodes)


@pytest.mark.parametrize(
    ("clamp", "zero_point", "ops"),
    [
        ((0.0, inf), 0, ["requantize"]),
        ((0.0, 6.0), 0, ["requantize"]),  # 255 stands for 5.1
        ((0.0, 5.0), 0, ["requantize", "clip"]),
        ((0.0, inf), 10, ["requantize", "clip"]),
        ((-inf, inf), 10, ["requantize"]),
    ],
)
def test_a_clip_stays_only_where_saturation_is_not_enough(clamp, zero_point, ops):
    separated = separate_clamps(_requantize(clamp, zero_point))
    assert [node.op for node in separated.nodes] == ["quantize", *ops, "dequantize"]
    assert separated.nodes[-2].output == "y"
