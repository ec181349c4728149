"""The models for OpenVINO are ONNX Runtime's, with another limit for their integers."""

import numpy as np
import pytest
from networks import residual_network
from quantization import quantized, samples

from compilers.onnx.compiler import COMPILER as ONNX
from compilers.openvino.compiler import COMPILER
from compilers.reference import run_graph
from compilers.schemes import DPU_POW2, W8A8_ASYM
from zoo import registry
from zoo.build.targets import find_target
from zoo.errors import RefusedError

TARGET = find_target("x86", "openvino")
GRAPH = residual_network()


def test_is_registered():
    assert registry.load("compiler", "openvino") is COMPILER


@pytest.mark.parametrize("scheme", ["float32", "float16"])
def test_floats_may_differ_as_in_onnx_runtime(scheme):
    ours, theirs = (each.lower(GRAPH, TARGET, scheme) for each in (COMPILER, ONNX))
    assert (ours.kind, ours.files) == ("openvino", theirs.files)
    assert ours.exactness.bound == theirs.exactness.bound
    assert ours.notes == theirs.notes


def test_integers_that_differ_much_are_a_fault():
    graph = quantized(GRAPH, W8A8_ASYM)
    artifact = COMPILER.lower(graph, TARGET, "w8a8-asym")
    found = artifact.exactness
    assert (found.bound, found.unit) == (30, "lsb")
    assert "without the rounding between them" in found.why
    (note,) = artifact.notes
    assert note.startswith("OpenVINO's integers are not exact: ")
    assert "certificate" in note


def test_another_rounding_is_refused():
    with pytest.raises(RefusedError, match=r"x86-openvino: tensor '.*' is rounded half_up"):
        COMPILER.lower(quantized(GRAPH, DPU_POW2), TARGET, "dpu-pow2")


def test_openvino_computes_the_integers_within_the_limit(tmp_path):
    pytest.importorskip("openvino", reason="OpenVINO: pip install openvino")
    graph = quantized(GRAPH, W8A8_ASYM)
    artifact = COMPILER.lower(graph, TARGET, "w8a8-asym")
    (tmp_path / artifact.main).write_bytes(artifact.files[artifact.main])
    run = registry.load("executor", "openvino").load(tmp_path, artifact.main)
    scale = graph.border.outputs[graph.outputs[0]].quantization.scale[0]
    for feeds in samples(graph):
        feeds = {name: value[:1] for name, value in feeds.items()}
        expected, found = run_graph(graph, feeds), run(feeds)
        for name, values in expected.items():
            assert np.abs(found[name] - values).max() <= artifact.exactness.bound * scale
