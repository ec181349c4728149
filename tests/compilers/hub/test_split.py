"""Split is read as slices, which compute the same."""

import numpy as np
import onnx
import pytest
from onnx_runtime import run_onnx

from compilers.hub import read, write
from compilers.reference import run_graph
from zoo.errors import UnsupportedOpError


def _model(split: str, outputs: int, sizes: str = "") -> bytes:
    names = [f"part{index}" for index in range(outputs)]
    declared = ", ".join(f"float[N,a{index},b{index},4] {name}" for index, name in enumerate(names))
    body = f"{', '.join(names)} = {split}"
    text = f"""<ir_version: 8, opset_import: ["" : 18]>
        net (float[N,6,5,4] x) => ({declared}) {sizes} {{ {body} }}"""
    return onnx.parser.parse_model(text).SerializeToString()


@pytest.mark.parametrize(
    ("split", "outputs", "sizes"),
    [
        ("Split<axis: int = 1, num_outputs: int = 3>(x)", 3, ""),
        ("Split<axis: int = -2, num_outputs: int = 2>(x)", 2, ""),
        ("Split<axis: int = 1>(x, sizes)", 3, "<int64[3] sizes = {1, 3, 2}>"),
    ],
)
def test_parts_are_those_of_onnx_runtime(split, outputs, sizes):
    content = _model(split, outputs, sizes)
    x = np.random.default_rng(0).normal(size=(2, 6, 5, 4)).astype(np.float32)
    graph = read(content, "net.onnx")
    expected = run_onnx(content, {"x": x})
    found = run_graph(graph, {"x": x})
    assert list(found) == list(expected)
    for name, part in expected.items():
        np.testing.assert_array_equal(found[name], part)
    assert read(write(graph), "net.onnx") == graph


def test_split_of_the_batch_is_refused():
    with pytest.raises(UnsupportedOpError, match="Split of the batch; only other axes"):
        read(_model("Split<axis: int = 0, num_outputs: int = 2>(x)", 2), "net.onnx")
