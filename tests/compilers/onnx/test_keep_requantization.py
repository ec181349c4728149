"""A change of scale between two layers: ONNX Runtime must not do away with it."""

import numpy as np
import onnx
import onnxruntime

from compilers.hub import read
from compilers.onnx.compiler import COMPILER
from compilers.reference import run_graph
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


def _run(content: bytes) -> np.ndarray:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return session.run(None, FEEDS)[0]


def test_both_roundings_are_kept():
    content = onnx.parser.parse_model(TEXT).SerializeToString()
    graph = read(content, "net.onnx")
    wanted = run_graph(graph, FEEDS)["y"]
    artifact = COMPILER.lower(graph, TARGET, "qdq")
    np.testing.assert_array_equal(_run(artifact.files["model.onnx"]), wanted)
    # What makes the test one: as it is written, ONNX Runtime rounds once.
    assert np.abs(_run(content) - wanted).max() > 0.004
