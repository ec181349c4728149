"""Versions of external tools: in the keys of the stages that they decide."""

import pytest

from zoo.pipeline import STAGES
from zoo.plan import Plan, Wish, make_plan
from zoo.tool_use import app_tools, compiler_tools, executor_tools, quantizer_tools


@pytest.fixture
def install_program(tmp_path, monkeypatch):
    """Return install_program(name, version); nothing else is on the PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def write(name: str, version: str) -> None:
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {name} {version}\n")
        program.chmod(0o755)

    return write


def _options(stage: str, plan: Plan) -> object:
    return next(s for s in STAGES if s.name == stage).options(plan)


def test_cross_tools_are_named(install_program):
    plan = make_plan(Wish("pfld", "kv260", "qat"))
    assert app_tools(plan) == {}
    install_program("g++", "13")  # the host's, which such an app does not need
    install_program("cmake", "3.25")
    install_program("aarch64-linux-gnu-g++", "12.2")
    install_program("aarch64-linux-gnu-gcc", "12.1")
    install_program("qemu-aarch64", "7.2")
    assert app_tools(plan) == {
        "CMake": "cmake 3.25",
        "ARM C++ compiler": "aarch64-linux-gnu-g++ 12.2",
        "ARM C compiler": "aarch64-linux-gnu-gcc 12.1",
        "ARM emulator": "qemu-aarch64 7.2",
    }


def test_the_runner_of_the_artifact_is_named(install_program):
    install_program("cc", "12.2")
    assert executor_tools(make_plan(Wish("pfld", "c99"))) == {"C compiler": "cc 12.2"}


@pytest.mark.parametrize("stage", ["compile", "verify"])
def test_another_compiler_makes_another_app(stage, install_program):
    plan = make_plan(Wish("pfld", "x86"))
    install_program("c++", "12")
    before = _options(stage, plan)
    assert _options(stage, plan) == before
    install_program("c++", "13")
    assert _options(stage, plan) != before


def test_another_quantizer_of_a_vendor_quantizes_anew(install_program, tmp_path, monkeypatch):
    install_program("python3.8", "3.5.0")
    monkeypatch.setenv("ZOO_NNDCT_PYTHON", "python3.8")
    plan = make_plan(Wish("pfld", "kv260", calibration=tmp_path, quantizer="nndct"))
    before = _options("quantize", plan)
    assert quantizer_tools(plan) == {"pytorch_nndct": "python3.8 3.5.0"}
    install_program("python3.8", "2.5.0")
    assert _options("quantize", plan) != before


def test_our_own_quantizers_ask_nobody(tmp_path):
    assert quantizer_tools(make_plan(Wish("pfld", "kv260", calibration=tmp_path))) == {}


def test_another_compiler_of_the_network_lowers_anew(monkeypatch):
    plan = make_plan(Wish("pfld", "kv260", "qat"))
    monkeypatch.setattr("zoo.tool_use.tool_versions", lambda tools: {tools[0].name: "1"})
    before = _options("lower", plan)
    monkeypatch.setattr("zoo.tool_use.tool_versions", lambda tools: {tools[0].name: "2"})
    assert _options("lower", plan) != before
    assert compiler_tools(plan) == {"vai_c_xir": "2"}
