"""A user's .tflite file is built like an ONNX file, for boards of every kind."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from networks import residual_network, two_layers
from quantization import quantized
from tflite_files import INTEGER_BORDER, TARGET, to_tflite

from compilers.hub import HUB
from compilers.schemes import W8A8_ASYM
from zoo.build.cache import Cache
from zoo.build.pipeline import artifact_stages, build
from zoo.build.plan import Plan, make_plan
from zoo.build.stage import Stage
from zoo.build.wish import Wish
from zoo.errors import HubError, ToolchainError, VerifyError
from zoo.graph import Graph
from zoo.proof import source_check
from zoo.proof.source_check import demand_same, random_inputs
from zoo.scheme import OWN_INTEGERS

TOML = """
input = {name = "image", shape = [6, 6, 3], layout = "nhwc"}
outputs = [{name = "landmarks", shape = [10]}]
post = []
pre = [
    {name = "stretch", size = [6, 6], interpolation = "bilinear"},
    {name = "normalize", mean = [128, 128, 128], std = [128, 128, 128]},
]
"""


def plan_of(folder: Path, content: bytes, target: str, quant: str = "") -> Plan:
    (folder / "net.tflite").write_bytes(content)
    (folder / "c.toml").write_text(TOML)
    wish = Wish(str(folder / "net.tflite"), target, quant, contract=folder / "c.toml")
    return make_plan(wish)


def built(folder: Path, plan: Plan, stages: tuple[Stage, ...] = artifact_stages()) -> Graph:
    """Build up to the artifact; return the deployed network."""
    done = build(plan, Cache(folder / "cache"), stages=stages)
    return HUB.read((done["quantize"] / "hub.onnx").read_bytes(), "hub")


@pytest.mark.parametrize("target", ["x86", "rpi4", "c99"])
def test_an_integer_file_keeps_its_integers(tmp_path, target):
    graph = quantized(residual_network(), W8A8_ASYM)
    content = to_tflite(graph, INTEGER_BORDER).files["model.tflite"]
    plan = plan_of(tmp_path, content, target)
    assert plan.quant == OWN_INTEGERS
    found = built(tmp_path, plan)
    assert found.is_quantized
    assert integers(found) == integers(graph)


def integers(graph: Graph) -> set[bytes]:
    tensors = graph.tensors.values()
    return {t.data.tobytes() for t in tensors if t.data is not None and t.quantization}


def test_an_integer_file_is_requantized_for_a_board_of_other_integers(tmp_path):
    content = to_tflite(quantized(two_layers(), W8A8_ASYM)).files["model.tflite"]
    plan = plan_of(tmp_path, content, "kv260")
    assert not plan.keeps_integers
    found = built(tmp_path, plan, artifact_stages()[:2])
    assert found.metadata["zoo.scheme"] == "dpu-pow2"


@pytest.mark.parametrize("target", ["x86", "rpi4"])
def test_a_float_file(tmp_path, target):
    content = to_tflite(residual_network(), TARGET).files["model.tflite"]
    plan = plan_of(tmp_path, content, target, "none")
    assert not built(tmp_path, plan).is_quantized


def test_a_contract_without_the_layout_is_told(tmp_path):
    plan = plan_of(tmp_path, to_tflite(residual_network()).files["model.tflite"], "x86", "none")
    recipe = replace(plan.recipe, contract=replace(plan.recipe.contract, layout="nchw"))
    with pytest.raises(HubError, match=r"input 'image' is \[height, .* in the file; state layout"):
        built(tmp_path, replace(plan, recipe=recipe))


def test_another_network_is_told(tmp_path):
    plan = plan_of(tmp_path, to_tflite(residual_network()).files["model.tflite"], "x86", "none")
    graph = built(tmp_path, plan)
    dense = graph.nodes[-1]
    bias = graph.tensors[dense.inputs[2]]
    moved = {**graph.tensors, bias.name: bias.__class__(bias.name, bias.shape, data=bias.data + 1)}
    (tmp_path / "hub.onnx").write_bytes(HUB.write(graph.replace(graph.nodes, moved.values())))
    feeds = {"image": random_inputs(plan.recipe.contract)}
    check = source_check.check_source(
        tmp_path / "net.tflite", tmp_path / "hub.onnx", feeds, plan.recipe.contract
    )
    with pytest.raises(VerifyError, match=r"net\.tflite: the imported network differs"):
        demand_same(check, tmp_path / "net.tflite")


def test_without_litert_the_command_that_installs_it_is_told(tmp_path, monkeypatch):
    content = to_tflite(residual_network()).files["model.tflite"]
    monkeypatch.setitem(sys.modules, "ai_edge_litert.schema_py_generated", None)
    with pytest.raises(ToolchainError, match=r"needs LiteRT .*; (make litert|pip install)"):
        plan_of(tmp_path, content, "x86", "none")
