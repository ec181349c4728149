"""Apps that are compiled once for all workers."""

import shutil
from pathlib import Path

import pytest
from host_compilers import CXX
from made_once import made_once
from spot_app import WATCHED, App, network, write_sources

from codegen.apps.pc import CPP_ONNXRUNTIME as APP
from codegen.cmake_build import cmake_build

CHECKED = (
    "-DCMAKE_BUILD_TYPE=Debug",
    "-DCMAKE_CXX_FLAGS=-Werror -fsanitize=address,undefined -fno-sanitize-recover=all",
)


@pytest.fixture(scope="session")
def cpp_tools() -> None:
    if shutil.which("cmake") is None or shutil.which(CXX) is None:
        pytest.skip(f"no cmake or no {CXX}: apt install cmake g++")


@pytest.fixture(scope="session")
def app(cpp_tools: None, tmp_path_factory: pytest.TempPathFactory) -> App:  # noqa: ARG001
    """The app under AddressSanitizer and UndefinedBehaviorSanitizer, warnings being errors."""

    def make(folder: Path) -> None:
        cmake_build(write_sources(WATCHED, folder / "src"), folder / "build", CHECKED)
        network(folder / "model.onnx")

    folder = made_once(tmp_path_factory, "checked_app", make)
    return App(folder / "build" / "app", folder / "model.onnx", APP.libraries()[0].file)
