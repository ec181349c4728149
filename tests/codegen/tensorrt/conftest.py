"""Program and stand-ins, compiled once under sanitizers."""

from collections.abc import Callable
from pathlib import Path

import pytest
from host_compilers import CXX
from made_once import made_once
from spot_app import save, spot
from tensorrt_machine import (
    CHECKED,
    SANITIZERS,
    Machine,
    fixed_network,
    flags_of,
    write_sources,
)

from codegen.cmake_build import cmake_build
from codegen.tensorrt import build_stand_in

WARNINGS = ("-Wall", "-Wextra", "-Werror")


@pytest.fixture(scope="session")
def program(cpp_tools: None, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: ARG001
    def make(folder: Path) -> None:
        cmake_build(write_sources(folder / "src"), folder / "build", CHECKED)

    return made_once(tmp_path_factory, "tensorrt_app", make) / "build" / "app"


@pytest.fixture(scope="session")
def stand_in(
    cpp_tools: None,  # noqa: ARG001
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], Path]:
    """Return stand_in(version): the library at the border, under the sanitizers too."""

    def made(version: str) -> Path:
        def make(folder: Path) -> None:
            build_stand_in(folder, (CXX,), (*WARNINGS, *flags_of(version), *SANITIZERS.split()))

        return made_once(tmp_path_factory, f"tensorrt_{version}", make) / "libzoo_tensorrt.so"

    return made


class _Libraries(dict[str, Path]):
    """Stand-ins that are made when they are asked for."""

    def __init__(self, made: Callable[[str], Path]) -> None:
        super().__init__()
        self._made = made

    def __missing__(self, version: str) -> Path:
        self[version] = self._made(version)
        return self[version]


@pytest.fixture
def machine(program: Path, stand_in: Callable[[str], Path], tmp_path: Path) -> Machine:
    (tmp_path / "model").mkdir()
    fixed_network(tmp_path / "model" / "model.onnx")
    save(tmp_path / "spot.png", spot(66, 58))
    machine = Machine(program, _Libraries(stand_in), tmp_path)
    machine.pin()
    return machine
