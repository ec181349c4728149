import re
from pathlib import Path

import pytest
from spot_app import REQUEST, write_sources

from codegen.cmake_build import cmake_build
from zoo.errors import ToolchainError

PROJECT = "cmake_minimum_required(VERSION 3.10...3.28)\nproject(app CXX)\n"


def test_no_cmake(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolchainError, match="no cmake on the PATH; apt install cmake"):
        cmake_build(tmp_path, tmp_path / "build")


@pytest.mark.toolchain
@pytest.mark.usefixtures("cpp_tools")
def test_failure_shows_the_end_of_the_log_and_names_it(tmp_path):
    (tmp_path / "CMakeLists.txt").write_text(PROJECT + "add_executable(app app.cpp)\n")
    (tmp_path / "app.cpp").write_text("int main() { return missing; }\n")
    with pytest.raises(ToolchainError, match="failed with status 2; the log is ") as error:
        cmake_build(tmp_path, tmp_path / "build")
    message = str(error.value)
    assert re.search("error: .*'missing'", message)
    log = Path(message.split("the log is ")[1].splitlines()[0])
    assert "Building CXX object" in log.read_text()
    log.unlink()


@pytest.mark.toolchain
@pytest.mark.usefixtures("cpp_tools")
def test_project_without_the_program(tmp_path):
    (tmp_path / "CMakeLists.txt").write_text(PROJECT)
    with pytest.raises(ToolchainError, match="produced no program 'app'; the log is ") as error:
        cmake_build(tmp_path, tmp_path / "build")
    Path(str(error.value).split("the log is ")[1].splitlines()[0]).unlink()


@pytest.mark.toolchain
@pytest.mark.usefixtures("cpp_tools")
def test_program_depends_on_the_sources_only(tmp_path, monkeypatch):
    strict = ("-DCMAKE_COMPILE_WARNING_AS_ERROR=ON",)
    here = write_sources(REQUEST, tmp_path / "here")
    first = cmake_build(here, tmp_path / "here" / "build", strict)
    monkeypatch.setenv("CXXFLAGS", "-O0 -g")
    there = write_sources(REQUEST, tmp_path / "another" / "place")
    second = cmake_build(there, tmp_path / "elsewhere", strict)
    assert first.read_bytes() == second.read_bytes()
    assert str(tmp_path).encode() not in first.read_bytes()
