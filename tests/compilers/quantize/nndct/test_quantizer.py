"""Quantizer 'nndct', against a stand-in for AMD's pytorch_nndct."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from dpu_graphs import dpu_network
from networks import residual_network
from quantization import NORMALIZE, contract_of, pixel_feeds

from compilers.hub import read, write
from compilers.quantize.nndct.quantizer import QUANTIZER
from compilers.quantize.power_of_two import fix_point_of
from compilers.reference import run_graph
from compilers.schemes import DPU_POW2, W8A8_ASYM
from compilers.xmodel.lower import lower_for_dpu
from zoo import registry
from zoo.build.targets import find_target
from zoo.errors import QuantizeError, ToolchainError
from zoo.graph import Graph
from zoo.plugs import QuantizeOptions
from zoo.scheme import Override
from zoo.tool import tool_versions

GRAPH = dpu_network()


def _quantized(graph: Graph = GRAPH, scheme=DPU_POW2) -> Graph:
    feeds = [pixel_feeds(graph, 12)]
    contract = contract_of(graph, NORMALIZE)
    return QUANTIZER.quantize(graph, scheme, feeds, contract, QuantizeOptions())


def test_is_registered():
    assert registry.load("quantizer", "nndct") is QUANTIZER


@pytest.mark.usefixtures("stand_in")
def test_the_result_is_a_hub_that_the_dpu_runs():
    integer = _quantized()
    assert read(write(integer), "net.onnx") == integer
    lower_for_dpu(integer, find_target("kv260"))
    assert integer.metadata["zoo.quantizer"] == "nndct"
    assert integer.metadata["zoo.scheme"] == "dpu-pow2"


@pytest.mark.usefixtures("stand_in")
def test_it_computes_nearly_what_the_float_network_does():
    integer, feeds = _quantized(), pixel_feeds(GRAPH, 8, seed=1)
    wanted, found = (run_graph(graph, feeds)["landmarks"] for graph in (GRAPH, integer))
    assert np.abs(wanted - found).max() < 0.1 * np.abs(wanted).max()


@pytest.mark.usefixtures("stand_in")
def test_fix_points_are_those_that_were_told():
    tensors = _quantized().tensors
    weight = tensors["stem.weight"]
    reals = np.abs(weight.data).max() * weight.quantization.scale[0]
    # The stand-in takes the finest fix point that does not saturate.
    assert 63 <= reals / weight.quantization.scale[0] <= 128
    assert fix_point_of(tensors["image_quantized"].quantization) == 7
    alike = {fix_point_of(tensors[n].quantization) for n in ("stem", "residual", "joined")}
    assert len(alike) == 1


@pytest.mark.usefixtures("stand_in")
def test_a_failure_is_told_with_its_last_words(monkeypatch, tmp_path):
    package = tmp_path / "pytorch_nndct"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "apis.py").write_text("raise RuntimeError('no such device')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(ToolchainError, match=r"(?s)nndct failed on graph 'residual'.*such device"):
        _quantized()


@pytest.mark.parametrize("python", ["", "/no/such/python"])
def test_a_missing_nndct_is_told(monkeypatch, python):
    if python:
        monkeypatch.setenv("ZOO_NNDCT_PYTHON", python)
    with pytest.raises(ToolchainError) as caught:
        _quantized()
    text = str(caught.value)
    assert text.startswith("quantizer 'nndct': ")
    assert (
        "has no pytorch_nndct; it comes with AMD's docker image xilinx/vitis-ai-pytorch-cpu: "
        in text
    )
    assert text.endswith("environment vitis-ai-pytorch, or leave --quantizer out")


def test_the_version_is_that_of_its_own_python(monkeypatch, tmp_path):
    assert tool_versions(QUANTIZER.tools) == {}
    info = tmp_path / "pytorch_nndct-3.5.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pytorch_nndct\nVersion: 3.5.0\n")
    python = tmp_path / "python"  # of its own: what a program says is asked once
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{tmp_path}" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    monkeypatch.setenv("ZOO_NNDCT_PYTHON", str(python))
    assert tool_versions(QUANTIZER.tools) == {"pytorch_nndct": "3.5.0"}
    monkeypatch.setenv("ZOO_NNDCT_PYTHON", "/no/such/python")
    assert tool_versions(QUANTIZER.tools) == {}


def test_schemes_with_float_scales_are_refused():
    with pytest.raises(QuantizeError, match="scheme 'w8a8-asym' has others; leave --quantizer out"):
        _quantized(scheme=W8A8_ASYM)


@pytest.mark.usefixtures("stand_in")
def test_an_op_without_a_module_is_refused():
    with pytest.raises(
        QuantizeError, match=r"node 'clipped_clip' \(clip\): quantizer 'nndct' has no"
    ):
        _quantized(residual_network())


def test_other_bits_for_some_tensors_are_refused():
    scheme = replace(DPU_POW2, overrides=(Override("stem*", weight_bits=4),))
    with pytest.raises(QuantizeError, match=r"'nndct' has the same bits everywhere, scheme 'dpu-"):
        _quantized(scheme=scheme)
