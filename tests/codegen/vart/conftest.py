"""A small network for the DPU, its artifact, and the board's program, compiled once."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from made_once import made_once
from networks import residual_network
from quantization import NORMALIZE, contract_of, quantized, samples
from spot_app import save, spot

from codegen.apps.kria import CPP_VART as APP
from codegen.kria import KriaToolchain
from codegen.machines import KRIA
from codegen.vart import build_stand_in
from compilers.quantize.ptq import QUANTIZER
from compilers.schemes import DPU_POW2
from zoo import registry
from zoo.build.targets import find_target
from zoo.contract import Contract, Step
from zoo.errors import ToolchainError
from zoo.graph import Graph
from zoo.graph_parts import front_and_tail, joined
from zoo.plugs import AppRequest, QuantizeOptions
from zoo.recipe import GoldenInput


def dpu_network() -> Graph:
    """Return the residual network without what the DPU lacks, and with an image as an output."""
    graph = residual_network()
    nodes = tuple(
        replace(node, inputs=tuple("joined" if name == "clipped" else name for name in node.inputs))
        for node in graph.nodes
        if node.op != "clip"
    )
    tensors = {name: tensor for name, tensor in graph.tensors.items() if name != "clipped"}
    return replace(graph, nodes=nodes, tensors=tensors, outputs=("landmarks", "joined"))


TOOLCHAIN = KriaToolchain(KRIA)
TAIL_TARGET = find_target("kv260", "cpu-tail")
GRAPH = dpu_network()
CONTRACT = contract_of(
    GRAPH, Step("crop", {"scale": 1.0}), Step("resize", {"size": [6, 6]}), NORMALIZE
)


@dataclass(frozen=True)
class BoardApp:
    """The program for the board, run by an emulator. folder: of the artifact's files."""

    program: Path
    folder: Path
    words: tuple[str, ...]

    def run(self, model: Path, *options: object) -> subprocess.CompletedProcess[str]:
        """Run with a model."""
        command = [*self.words, self.program, "--model", model, *options]
        return subprocess.run(
            list(map(str, command)), capture_output=True, encoding="utf-8", check=False
        )


@pytest.fixture(scope="session")
def contract() -> Contract:
    return CONTRACT


@pytest.fixture(scope="session")
def request_of_network() -> AppRequest:
    target = registry.load("target", "kv260")
    return AppRequest("residual.random", target, CONTRACT, "model.quantized.xmodel")


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The quantized file, beside what belongs to it."""

    def make(folder: Path) -> None:
        target = registry.load("target", "kv260")
        graph = quantized(GRAPH, DPU_POW2)
        made = registry.load("compiler", "xmodel").lower(graph, target, "dpu-pow2")
        for name, content in made.files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)

    return made_once(tmp_path_factory, "xmodel", make) / "model.quantized.xmodel"


def tail_network() -> Graph:
    """Return the residual network, whose clip behind a concat the DPU lacks."""
    graph = residual_network()
    return replace(graph, outputs=("landmarks", "joined"))


@pytest.fixture(scope="session")
def tail_artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def make(folder: Path) -> None:
        graph = tail_network()
        compiler = registry.load("compiler", TAIL_TARGET.compiler)
        front, tail = front_and_tail(graph, compiler.cut(graph, TAIL_TARGET))
        integer = QUANTIZER.quantize(
            front, DPU_POW2, samples(graph), contract_of(graph), QuantizeOptions("minmax")
        )
        made = compiler.lower(joined(integer, tail, graph.outputs), TAIL_TARGET, "dpu-pow2")
        assert "tail.onnx" in made.files
        for name, content in made.files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)

    return made_once(tmp_path_factory, "xmodel_tail", make) / "model.quantized.xmodel"


@pytest.fixture(scope="session")
def cross_tools() -> None:
    try:
        with TOOLCHAIN.launcher({}):
            pass
    except ToolchainError as error:
        pytest.skip(str(error))
    if find_spec("ziglang") is None:
        pytest.skip("no Zig: pip install 'edgezoo[cross]'")


@pytest.fixture(scope="session")
def board_app(
    cross_tools: None,  # noqa: ARG001
    artifact: Path,
    request_of_network: AppRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[BoardApp]:
    def make(folder: Path) -> None:
        for name, content in APP.generate(request_of_network).items():
            (folder / "src" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "src" / name).write_bytes(content)
        APP.build(folder / "src", folder / "build")
        (folder / "lib").mkdir()
        build_stand_in(TOOLCHAIN, artifact.parent / "stand_in", folder / "lib")

    folder = made_once(tmp_path_factory, "vart_app", make)
    with TOOLCHAIN.launcher({"LD_LIBRARY_PATH": str(folder / "lib")}) as words:
        yield BoardApp(folder / "build" / "app", artifact.parent, words)


@pytest.fixture(scope="session")
def golden(tmp_path_factory: pytest.TempPathFactory) -> tuple[GoldenInput, ...]:
    folder = tmp_path_factory.mktemp("golden")
    boxes = {"left": (10.0, 20.0, 40.0, 50.0), "right": (70.0, 30.0, 60.0, 60.0)}
    places = {"left": (30, 45), "right": (100, 60)}
    return tuple(
        GoldenInput(name, save(folder / f"{name}.png", spot(*places[name])), box)
        for name, box in boxes.items()
    )
