"""NVIDIA's boards: which precision each takes, and why not the others."""

import pytest
from published import OWN_OPS, TWO_STAGES

from compilers.tensorrt.capabilities import operators_of
from compilers.tensorrt.gpu import Gpu
from zoo import registry
from zoo.capability import find_capabilities

RTX = {"rtx30": "8.6", "rtx40": "8.9", "rtx4060": "8.9", "rtx50": "12.0"}
JETSON = {"jetson-nano": "5.3", "jetson-orin": "8.7"}
BOARDS = {**RTX, **JETSON}
PUBLISHED = [m for m in registry.names("recipe") if "none" in registry.load("recipe", m).hubs]
WITH_INT8 = [name for name in BOARDS if name != "jetson-nano"]


@pytest.mark.parametrize("kind", ["compiler", "executor", "app"])
@pytest.mark.parametrize("board", BOARDS)
def test_its_plugins_are_registered(board, kind):
    name = getattr(registry.load("target", board), kind)
    assert registry.load(kind, name).name == name


@pytest.mark.parametrize("board", BOARDS)
def test_its_facts_are_complete(board):
    gpu = Gpu.of(registry.load("target", board))
    assert gpu.compute_capability == BOARDS[board]
    assert operators_of(gpu.tensorrt)


@pytest.mark.parametrize("board", BOARDS)
def test_every_scheme_is_taken_or_refused_with_a_remedy(board):
    target = registry.load("target", board)
    names = {"none", "fp16", "ptq", "qat", *registry.names("scheme")}
    taken = {*target.schemes, *target.schemes.values()}
    assert names <= taken | target.refuses.keys()
    assert not taken & target.refuses.keys()
    assert all("; use " in why for why in target.refuses.values())


@pytest.mark.parametrize("model", PUBLISHED)
@pytest.mark.parametrize("board", BOARDS)
def test_every_published_network_fits(board, model):
    hub = registry.load("recipe", model).hubs["none"]
    graph = registry.load("format", "onnx").read(hub.read_bytes(), str(hub))
    found = find_capabilities(graph, registry.load("target", board))
    own = [node for node in found if node.op in OWN_OPS]
    assert bool(own) == (model == TWO_STAGES)
    assert all(node.runs_on == "refused" for node in own)
    assert {(n.runs_on, n.why) for n in found if n not in own} == {("GPU", "")}


@pytest.mark.parametrize("board", WITH_INT8)
def test_int8_is_symmetric(board):
    target = registry.load("target", board)
    for quant in ("ptq", "qat"):
        scheme = registry.load("scheme", target.schemes[quant])
        assert scheme.activation_symmetric
        assert scheme.activation_signed
        assert scheme.weight_per_channel


@pytest.mark.parametrize("board", RTX)
def test_types_decide_on_a_geforce(board):
    gpu = Gpu.of(registry.load("target", board))
    assert (gpu.typing, gpu.builders[0]) == ("strong", "tensorrt_rtx")


@pytest.mark.parametrize("board", JETSON)
def test_a_jetson_builds_its_engine_itself(board):
    target = registry.load("target", board)
    assert target.facts["engine"] == "built on the board"
    assert Gpu.of(target).builders == ("tensorrt",)
