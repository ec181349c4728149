"""Engines by the real TensorRT-RTX, which needs no GPU to build them."""

import json
from dataclasses import replace

import onnx
import pytest
from every_op import every_family
from networks import residual_network
from one_node import OneNode
from quantization import quantized
from tensorrt_files import FACTS, GPU, TARGET, symmetric, to_tensorrt

from compilers.schemes import W8A8_SYM
from compilers.tensorrt.build import build_here
from compilers.tensorrt.engine import float_layers, weighted_nodes
from compilers.tensorrt.network_file import network_file
from zoo import registry
from zoo.errors import ToolchainError

pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX is missing: pip install edgezoo[rtx]")

RTX = replace(GPU, builders=("tensorrt_rtx",))
BOARD = replace(TARGET, facts={**FACTS, "builders": ("tensorrt_rtx",)})
FAMILIES = every_family("half even")


def _published(key):
    hub = registry.load("recipe", "pfld_0.25x.300w68").hubs[key]
    return registry.load("format", "onnx").read(hub.read_bytes(), str(hub))


def test_every_layer_of_pfld_is_int8():
    artifact = to_tensorrt(_published("qat.w8a8-sym"), target=BOARD)
    assert artifact.notes[-1] == "44 of 44 convolutions and dense layers are int8"
    facts = json.loads(artifact.files["engine.json"])
    assert facts["runtime"] == "TensorRT-RTX"
    assert len(facts["version"].split(".")) == 3
    assert len(artifact.files["model.engine"]) > 100_000


@pytest.mark.parametrize(("scheme", "kind"), [("float32", "Float"), ("float16", "Half")])
def test_floats_are_computed_in_the_precision_asked_for(scheme, kind):
    artifact = to_tensorrt(residual_network(), scheme, BOARD)
    layers = json.loads(artifact.files["layers.json"])
    convolutions = [layer for layer in layers if layer["kind"] == "correlation"]
    assert {layer["inputs"][0] for layer in convolutions} == {kind}


@pytest.mark.parametrize("capability", ["8.6", "8.9", "12.0"])
def test_each_generation_of_rtx_is_built_for(capability):
    gpu = replace(RTX, compute_capability=capability)
    integers = quantized(residual_network(), W8A8_SYM)
    assert build_here(network_file(integers, "int8", gpu), "int8", gpu)


def test_a_gpu_that_it_does_not_know_is_named():
    gpu = replace(RTX, compute_capability="5.3")
    with pytest.raises(
        ToolchainError,
        match=r"builds no engines for compute capability 5\.3 \(SM53\); it knows .*SM89",
    ):
        build_here(network_file(residual_network(), "fp32", gpu), "fp32", gpu)


def test_only_the_engine_and_what_tells_of_it_differ_from_build_to_build():
    first, second = (to_tensorrt(residual_network(), "float32", BOARD).files for _ in range(2))
    assert first.keys() == second.keys()
    differ = {name for name in first if first[name] != second[name]}
    assert differ <= {"model.engine", "engine.json", "layers.json"}


def _float_layers(case: OneNode):
    """Build a case; return its convolutions and dense layers that are not int8."""
    content = network_file(symmetric(case.graph), "int8", RTX)
    engine = build_here(content, "int8", RTX)
    assert engine.layers
    return float_layers(engine.layers, weighted_nodes(content))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_op_in_every_use_is_built_and_every_layer_is_int8(family):
    refused = {}
    for name, case in FAMILIES[family].items():
        try:
            refused[name] = _float_layers(case)
        except ToolchainError as error:
            refused[name] = str(error)
    assert {name: why for name, why in refused.items() if why} == {}


def test_what_it_does_not_read_is_told():
    content = network_file(quantized(residual_network(), W8A8_SYM), "int8", RTX)
    model = onnx.load_from_string(content)
    model.graph.node[0].op_type = "Unheard"
    with pytest.raises(ToolchainError, match=r"does not read the network .*Unheard"):
        build_here(model.SerializeToString(), "int8", RTX)
