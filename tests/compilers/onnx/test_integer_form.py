"""Passes to ONNX Runtime's integer form: none changes what an integer network computes."""

from math import inf

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_runtime import run_onnx
from quantization import quantized, samples
from random_graphs import float_graphs

from compilers.hub import HUB, read
from compilers.onnx.compiler import COMPILER
from compilers.onnx.integer_form import separate_clamps, to_uint8
from compilers.reference import run_graph
from compilers.schemes import W4A8_ASYM, W8A8_ASYM, W8A8_SYM
from zoo.graph import Graph, Node, Quantization, Tensor
from zoo.target import Target

TEXT = """
<ir_version: 10, opset_import: ["" : 21]>
net (float[N,64] x) => (float[N,64] y)
<float s = {0.0117}, uint8 z = {64}, float t = {0.0083}, uint8 zero = {0}> {
    q = QuantizeLinear (x, s, z)
    d = DequantizeLinear (q, s, z)
    a = QuantizeLinear (d, t, zero)
    y = DequantizeLinear (a, t, zero)
}
"""
TARGET = Target("pc", "a PC", "onnx", "onnxruntime", "cpp", {})
FEEDS = {"x": np.random.default_rng(0).uniform(-1, 3, (64, 64)).astype(np.float32)}


@given(float_graphs(), st.sampled_from((W8A8_ASYM, W8A8_SYM, W4A8_ASYM)))
@settings(max_examples=30, deadline=None)
def test_retyping_changes_no_real(graph, scheme):
    integer = quantized(graph, scheme, correct_bias=False)
    retyped = to_uint8(integer)
    feeds = next(samples(graph))
    before, after = run_onnx(HUB.write(integer), feeds), run_onnx(HUB.write(retyped), feeds)
    for name in graph.outputs:
        np.testing.assert_array_equal(before[name], after[name])


@given(float_graphs(), st.sampled_from((W8A8_ASYM, W8A8_SYM, W4A8_ASYM)))
@settings(max_examples=30, deadline=None)
def test_activations_are_uint8_and_weights_int8(graph, scheme):
    retyped = to_uint8(quantized(graph, scheme, correct_bias=False))
    for tensor in retyped.tensors.values():
        if tensor.quantization is None:
            assert tensor.name in (*graph.inputs, *graph.outputs)
        elif tensor.is_constant:
            assert tensor.dtype in ("int8", "int32")
        else:
            assert tensor.dtype == "uint8"


@given(float_graphs(), st.sampled_from((W8A8_ASYM, W8A8_SYM)))
@settings(max_examples=30, deadline=None)
def test_separating_clamps_changes_no_real(graph, scheme):
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


def _run(content: bytes) -> np.ndarray:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return session.run(None, FEEDS)[0]


def test_both_roundings_of_a_requantize_are_kept():
    content = onnx.parser.parse_model(TEXT).SerializeToString()
    graph = read(content, "net.onnx")
    wanted = run_graph(graph, FEEDS)["y"]
    artifact = COMPILER.lower(graph, TARGET, "qdq")
    np.testing.assert_array_equal(_run(artifact.files["model.onnx"]), wanted)
    # What makes the test one: as it is written, ONNX Runtime rounds once.
    assert np.abs(_run(content) - wanted).max() > 0.004
