"""A small network as .tflite files, and its program: for this PC, sanitized, and for the board."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from made_once import made_once
from networks import residual_network
from quantization import NORMALIZE, contract_of, quantized
from spot_app import save, spot

from codegen.app import App
from codegen.apps.raspberry_pi import CPP_LITERT as APP
from codegen.apps.raspberry_pi import CPP_ONNXRUNTIME_ARM as ORT_APP
from codegen.cmake_build import cmake_build
from codegen.emulator import emulated
from codegen.machines import RASPBERRY_PI_4
from compilers.schemes import W8A8_ASYM
from zoo import registry
from zoo.contract import Contract, Step
from zoo.errors import ToolchainError
from zoo.plugs import AppRequest
from zoo.recipe import GoldenInput

litert = pytest.importorskip("ai_edge_litert", reason="LiteRT: pip install edgezoo[litert]")

GRAPH = residual_network()
CONTRACT = contract_of(
    GRAPH, Step("crop", {"scale": 1.0}), Step("resize", {"size": [6, 6]}), NORMALIZE
)
BORDERS = ("float32", "float border", "int8")
SANITIZED = (
    "-DCMAKE_BUILD_TYPE=Debug",
    "-DCMAKE_CXX_FLAGS=-Werror -fsanitize=address,undefined -fno-sanitize-recover=all",
)


@dataclass(frozen=True)
class LitertApp:
    """A program, what runs it, and LiteRT's library for it. models: by border."""

    program: Path
    runtime_library: Path
    models: Mapping[str, Path]
    words: tuple[str, ...] = ()

    def run(self, border: str, *options: object) -> subprocess.CompletedProcess[str]:
        """Run with a model of that border."""
        model = self.models[border]
        return self.run_bare("--litert", self.runtime_library, "--model", model, *options)

    def run_bare(self, *options: object) -> subprocess.CompletedProcess[str]:
        """Run with these words only."""
        command = [*self.words, self.program, *options]
        return subprocess.run(
            list(map(str, command)),
            env={"PATH": "/usr/bin:/bin"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )


@pytest.fixture(scope="session")
def contract() -> Contract:
    return CONTRACT


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Files with floats inside and outside, with integers inside, with integers only."""

    def make(folder: Path) -> None:
        target = registry.load("target", "rpi4")
        integers, compiler = quantized(GRAPH, W8A8_ASYM), registry.load("compiler", "tflite")
        forms = {
            "float32": (GRAPH, {}, "float32"),
            "float border": (integers, {}, "w8a8-asym"),
            "int8": (integers, {"tensor_border": "integer"}, "w8a8-asym"),
        }
        for name, (graph, facts, scheme) in forms.items():
            (folder / name).mkdir()
            made = compiler.lower(graph, replace(target, facts=facts), scheme)
            (folder / name / "model.tflite").write_bytes(made.files["model.tflite"])

    folder = made_once(tmp_path_factory, "tflite_models", make)
    return {name: folder / name / "model.tflite" for name in BORDERS}


def write_sources(folder: Path, app: App = APP) -> Path:
    request = AppRequest(
        "residual.random", registry.load("target", "rpi4"), CONTRACT, "model.tflite"
    )
    for name, content in app.generate(request).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="session")
def host_app(
    cpp_tools: None,  # noqa: ARG001
    models: Mapping[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> LitertApp:
    """The program for this PC, under AddressSanitizer and UndefinedBehaviorSanitizer."""

    def make(folder: Path) -> None:
        cmake_build(write_sources(folder / "src"), folder / "build", SANITIZED)

    folder = made_once(tmp_path_factory, "litert_host_app", make)
    library = Path(litert.__path__[0]) / "libLiteRt.so"
    return LitertApp(folder / "build" / "app", library, models)


@pytest.fixture(scope="session")
def board_app(
    cpp_tools: None,  # noqa: ARG001
    models: Mapping[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> LitertApp:
    """The program for the board, run by an emulator; skipped where a tool or LiteRT is missing."""
    return LitertApp(*built_for_board(APP, tmp_path_factory), models)


def built_for_board(app: App, factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the program and its runtime's library; skips where one cannot be had."""
    try:
        call = app.prepare(Path(), Path())
        with emulated(RASPBERRY_PI_4):
            pass
        folder = made_once(
            factory,
            app.name,
            lambda place: app.build(write_sources(place / "src", app), place / "build"),
        )
    except ToolchainError as error:
        if "failed with status" in str(error):
            raise
        pytest.skip(str(error))
    return folder / "build" / "app", Path(call.options[1])


@pytest.fixture(scope="session")
def second_runtime(
    cpp_tools: None,  # noqa: ARG001
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, Path]:
    """The program on ONNX Runtime for the board, and a folder with the network for it."""

    def make(folder: Path) -> None:
        target = registry.load("target", "rpi4").with_runtime("ort")
        compiler = registry.load("compiler", target.compiler)
        made = compiler.lower(quantized(GRAPH, W8A8_ASYM), target, "w8a8-asym")
        (folder / "model.onnx").write_bytes(made.files[made.main])

    program, _ = built_for_board(ORT_APP, tmp_path_factory)
    return program, made_once(tmp_path_factory, "rpi4_onnx_model", make)


@pytest.fixture(scope="session")
def golden(tmp_path_factory: pytest.TempPathFactory) -> tuple[GoldenInput, ...]:
    folder = tmp_path_factory.mktemp("golden")
    boxes = {"left": (10.0, 20.0, 40.0, 50.0), "right": (70.0, 30.0, 60.0, 60.0)}
    places = {"left": (30, 45), "right": (100, 60)}
    return tuple(
        GoldenInput(name, save(folder / f"{name}.png", spot(*places[name])), box)
        for name, box in boxes.items()
    )
