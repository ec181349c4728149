"""Published integer networks run in integers, once ONNX Runtime has optimised them."""

from collections import Counter

import onnx
import onnxruntime
import pytest
from published import TWO_STAGES

from zoo import registry

PUBLISHED = [
    (name, key)
    for name in registry.names("recipe")
    for key in registry.load("recipe", name).hubs
    if key.endswith(".w8a8-asym")
]


def _optimised_ops(content: bytes, file: str) -> Counter[str]:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # it warns that the file it writes suits this machine
    options.optimized_model_filepath = file
    onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    return Counter(node.op_type for node in onnx.load(file).graph.node)


@pytest.mark.parametrize(("name", "key"), PUBLISHED)
def test_every_layer_is_an_integer_kernel(name, key, tmp_path):
    hub = registry.load("recipe", name).hubs[key]
    graph = registry.load("format", "onnx").read(hub.read_bytes(), str(hub))
    target = registry.load("target", "x86")
    artifact = registry.load("compiler", "onnx").lower(graph, target, graph.metadata["zoo.scheme"])
    ops = _optimised_ops(artifact.files[artifact.main], str(tmp_path / "optimised.onnx"))
    layers = Counter(node.op for node in graph.nodes)
    assert ops["QLinearConv"] == layers["conv"]
    assert ops["QGemm"] == layers["dense"]
    assert ops["QLinearAdd"] == layers["add"]
    floats = {"Conv", "FusedConv", "Gemm", "MatMul", "Add", "Relu", "Clip"}
    between_stages = {"MatMul", "Add"} if name == TWO_STAGES else set()
    assert ops.keys() & floats == between_stages


def test_there_is_one():
    assert PUBLISHED
