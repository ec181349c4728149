"""Old and new files are read, and compute the same."""

import numpy as np
import onnx
import onnxruntime
import pytest

from compilers.hub import read, simplify
from compilers.hub.convert_opset import convert_opset
from compilers.reference import run_graph

BODY = "net (float[N,3,8,8] x) => (float[N,3,4,4] y) {{s = {split} y = MaxPool<{pool}> (s)}}"


def _model(opset: int) -> onnx.ModelProto:
    header = f'<ir_version: 8, opset_import: ["" : {opset}]>'
    # Clip took its limits as attributes before opset 11.
    clip = "Clip<min: float = 0.0, max: float = 6.0>(x)" if opset < 11 else "Relu(x)"
    body = BODY.format(split=clip, pool="kernel_shape: ints = [2,2], strides: ints = [2,2]")
    return onnx.parser.parse_model(header + body)


@pytest.mark.parametrize("opset", [9, 10, 12, 22])
def test_other_opsets_compute_the_same(opset):
    content = _model(opset).SerializeToString()
    x = np.random.default_rng(0).normal(0, 5, (2, 3, 8, 8)).astype(np.float32)
    expected = onnxruntime.InferenceSession(content).run(None, {"x": x})[0]
    graph = read(simplify(content, "old.onnx"), "old.onnx")
    np.testing.assert_allclose(run_graph(graph, {"x": x})["y"], expected, rtol=1e-6)


def test_opsets_that_are_read_stay_as_they_are():
    content = _model(17).SerializeToString()
    assert convert_opset(content, "net.onnx") is content


def test_broken_files_are_left_to_the_reader():
    assert convert_opset(b"\xff\xff", "net.onnx") == b"\xff\xff"
