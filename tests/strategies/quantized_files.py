"""Files quantized by other tools, and what ONNX Runtime makes of every integer in them."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from onnx_runtime import run_onnx

from compilers.reference import run_node
from zoo.graph import Graph

__all__ = ["compare_integers", "float_file", "quantized_file"]

_HEADER = '<ir_version: 8, opset_import: ["" : 17]>'
_BODY = """
    stem = Conv <pads = [1, 1, 1, 1]> (x, w1, b1)
    act = Relu (stem)
    deep = Conv <pads = [1, 1, 1, 1], group = 8> (act, w2, b2)
    six = Clip (deep, low, high)
    point = Conv (six, w3, b3)
    sum = Add (point, act)
    rect = Relu (sum)
    largest = MaxPool <kernel_shape = [2, 2], strides = [2, 2]> (rect)
    means = AveragePool <kernel_shape = [2, 2], strides = [2, 2]> (rect)
    both = Concat <axis = 1> (largest, means)
    {gate}
    mean = GlobalAveragePool (gated)
    flat = Flatten (mean)
    dense = Gemm <transB = 1> (flat, w4, b4)
    y = MatMul (dense, w5)
"""
_GATE = "gate = Sigmoid (both) \n gated = Mul (both, gate)"
_SHAPES = {
    "w1": (8, 3, 3, 3),
    "b1": (8,),
    "w2": (8, 1, 3, 3),
    "b2": (8,),
    "w3": (8, 8, 1, 1),
    "b3": (8,),
    "w4": (10, 16),
    "b4": (10,),
    "w5": (10, 4),
}


def float_file(path: Path, *, gate: bool = True) -> None:
    """Write a small network: image x [N, 3, 8, 8] to y [N, 4]. gate: with Sigmoid and Mul."""
    random = np.random.default_rng(0)
    body = _BODY.format(gate=_GATE if gate else "gated = Relu (both)")
    text = f"{_HEADER} net (float[N,3,8,8] x) => (float[N,4] y) {{ {body} }}"
    model = onnx.parser.parse_model(text)
    weights = {
        name: random.normal(0, 1 / np.sqrt(np.prod(shape[1:]) + 1), shape)
        for name, shape in _SHAPES.items()
    }
    bounds = {"low": np.array(0.0), "high": np.array(6.0)}
    model.graph.initializer.extend(
        numpy_helper.from_array(np.asarray(value, np.float32), name)
        for name, value in (weights | bounds).items()
    )
    onnx.save(model, path)


def quantized_file(path: Path, *, gate: bool = True, **how: object) -> bytes:
    """Return what onnxruntime.quantization.quantize_static makes of it. how: its parameters."""
    from onnxruntime.quantization import quantize_static

    source = path.with_suffix(".float.onnx")
    float_file(source, gate=gate)
    quantize_static(source, path, _Calibration(), **how)
    return path.read_bytes()


class _Calibration:
    """The reader that onnxruntime.quantization wants."""

    def __init__(self) -> None:
        random = np.random.default_rng(1)
        self._images = [random.uniform(-1, 1, (1, 3, 8, 8)).astype(np.float32) for _ in range(8)]

    def get_next(self) -> dict[str, np.ndarray] | None:
        return {"x": self._images.pop()} if self._images else None


def compare_integers(graph: Graph, content: bytes, feeds: Mapping[str, np.ndarray]) -> int:
    """Check every tensor that the file has under the same name, each op from the file's values.

    Return how many were compared.
    """
    names = {name for node in onnx.load_from_string(content).graph.node for name in node.output}
    theirs = run_onnx(content, feeds, tuple(sorted(names & set(graph.tensors)))) | dict(feeds)
    values = dict(theirs)
    for node in graph.nodes:
        values.setdefault(node.output, run_node(graph, node, values))
    compared = [node for node in graph.nodes if node.output in theirs]
    for node in compared:
        ours = run_node(graph, node, values).astype(np.float64)
        # Scales are floats: next to a tie ONNX Runtime's float32 may round to the other side.
        assert np.abs(ours - theirs[node.output]).max() <= (node.op != "dequantize"), node.name
    return len(compared)
