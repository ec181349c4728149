"""Executors whose conversions are timed apart compute the same in three steps."""

import numpy as np
import pytest
from generated_c import to_c
from integer_graphs import IntegerForm
from random_graphs import random_feeds
from two_outputs import network

from compilers.onnx.compiler import COMPILER as ONNX
from zoo import registry
from zoo.plugs import BareRun
from zoo.target import Target

TARGET = Target("board", "a board", "onnx", "onnxruntime", "app", {})
GRAPH = network(IntegerForm())


def artifact(executor):
    if executor == "c":
        return to_c(GRAPH)
    if executor == "litert":
        pytest.importorskip("ai_edge_litert", reason="LiteRT: pip install edgezoo[litert]")
        from tflite_files import INTEGER_BORDER, to_tflite

        return to_tflite(GRAPH, INTEGER_BORDER)
    return ONNX.lower(GRAPH, TARGET, "w8a8-asym")


@pytest.mark.toolchain
@pytest.mark.parametrize("executor", ["c", "litert", "onnxruntime", "openvino"])
def test_three_steps_give_the_same(executor, tmp_path):
    if executor == "openvino":
        pytest.importorskip("openvino", reason="OpenVINO: pip install openvino")
    made = artifact(executor)
    for name, content in made.files.items():
        (tmp_path / name).write_bytes(content)
    run = registry.load("executor", executor).load(tmp_path, made.main)
    assert isinstance(run, BareRun)
    feeds = random_feeds(GRAPH, seed=0, batch=1)
    whole, parts = run(feeds), run.read(run.invoke(run.store(feeds)))
    assert whole.keys() == parts.keys()
    for name, values in whole.items():
        np.testing.assert_array_equal(parts[name], values)
        assert len(np.unique(values)) > 1
