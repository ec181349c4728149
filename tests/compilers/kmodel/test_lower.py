"""The meaning of a file: exactly that of the Graph it was lowered from."""

import json

import numpy as np
import pytest
from build_graph import build_graph
from hypothesis import example, given, settings
from kpu_graphs import K210, kpu_graphs
from mobilenet_v2 import mobilenet_v2
from quantization import quantized, samples

from compilers.kmodel.border import border_json
from compilers.kmodel.compiler import COMPILER
from compilers.kmodel.decode import decode
from compilers.kmodel.encode import encode
from compilers.kmodel.executor import KmodelRun
from compilers.kmodel.lower import capabilities, lower
from compilers.kmodel.steps import CpuStep
from compilers.reference import run_graph
from compilers.schemes import KPU_U8
from zoo.graph import Graph, Node
from zoo.lowering import Refusal


def run(graph: Graph, feeds: dict, version: int = 4) -> dict:
    model = decode(encode(lower(graph, K210, version).model), "network.kmodel")
    return KmodelRun(model, json.loads(border_json(graph)), "network.kmodel")(feeds)


def conv_of_all(channels: int, outputs: int, group: int) -> Graph:
    """Return a convolution whose kernel covers its image of 5 x 6 pixels."""
    window = {"pads": (0,) * 4, "dilations": (1, 1), "strides": (1, 1), "group": group}
    shape = (outputs, channels // group, 5, 6)
    weight = np.random.default_rng(3).standard_normal(shape).astype(np.float32)
    node = Node("all", "conv", ("image", "weight"), "y", window)
    return build_graph({"image": (1, channels, 5, 6)}, [node], ["y"], {"weight": weight})


def mean_of_all(channels: int, height: int, width: int) -> Graph:
    window = {"kernel": (height, width), "strides": (1, 1), "pads": (0,) * 4}
    attributes = {**window, "count_include_pad": 0, "keep_axes": 1}
    node = Node("mean", "average_pool", ("image",), "y", attributes)
    return build_graph({"image": (1, channels, height, width)}, [node], ["y"])


@given(kpu_graphs())
@example(mean_of_all(7, 33, 32))
@example(mean_of_all(85, 56, 56))
@example(mean_of_all(1, 96, 96))
@example(conv_of_all(6, 4, 2))
@example(conv_of_all(5, 5, 5))
@settings(max_examples=40)
def test_any_network_is_exact(graph):
    assert [entry for entry in capabilities(graph, K210) if entry.why] == []
    integers = quantized(graph, KPU_U8)
    feeds = next(samples(integers, seed=5))
    found, wanted = run(integers, feeds), run_graph(integers, feeds)
    assert set(found) == set(wanted)
    for name in wanted:
        np.testing.assert_array_equal(found[name], wanted[name])


def test_version_3_differs_by_the_rounding_of_its_reals_only():
    integers = quantized(mobilenet_v2(0.1, 128), KPU_U8)
    feeds = next(samples(integers, seed=5))
    (wanted,), (found,) = (tuple(run(integers, feeds, version).values()) for version in (4, 3))
    (scale,) = (tensor.quantization.scale[0] for tensor in integers.border.outputs.values())
    assert np.abs(found - wanted).max() < 1e-4 * scale
    assert len(np.unique(found)) > 5


def test_version_3_refuses_what_it_has_no_node_for():
    network = quantized(mobilenet_v2(0.1, 64), KPU_U8)
    with pytest.raises(Refusal, match=r"version 3 of the \.kmodel cannot hold it: it has no node"):
        lower(network, K210, version=3)


def test_the_artifact_has_all_that_an_app_needs():
    graph = quantized(mobilenet_v2(0.1, 128), KPU_U8)
    artifact = COMPILER.lower(graph, K210, "kpu-u8")
    assert artifact.main == "network.kmodel"
    assert {"network.kmodel", "network.json", "stand_in/network.c"} < set(artifact.files)
    facts = json.loads(artifact.files["network.json"])
    (given,), (result,) = facts["inputs"], facts["outputs"]
    assert (given["name"], given["shape"], given["ctype"]) == ("image", [3, 128, 128], "uint8_t")
    assert (result["shape"], result["rounding"]) == ([5, 4, 4], "half_even")
    weights = len(artifact.files["network.kmodel"])
    assert artifact.memory is not None
    assert artifact.memory.weights_bytes == weights
    assert "layers on the KPU, 1 steps on the CPU" in artifact.notes[0]
    assert artifact.exactness.bound == 0


def test_an_image_smaller_than_the_kpus_is_extended_by_the_cpu():
    graph = quantized(mobilenet_v2(0.1, 64), KPU_U8)
    kinds = {step.kind for step in lower(graph, K210).placement.steps if isinstance(step, CpuStep)}
    assert {"pad", "slice", "upload"} < kinds
