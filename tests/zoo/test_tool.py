import sys
from dataclasses import replace
from importlib.metadata import version

import pytest

from zoo import tool as tools
from zoo.tool import Tool, find_tool, install_extra, tool_versions


def tool(kind, *candidates):
    return Tool("toy", kind, candidates, "tests", "apt install toy")


@pytest.mark.parametrize(
    ("kind", "present"), [("program", "sh"), ("file", sys.executable), ("module", "json")]
)
def test_first_candidate_that_is_there(kind, present):
    found = find_tool(tool(kind, "no-such-thing", present))
    assert found.endswith(present)
    assert find_tool(tool(kind, "no-such-thing")) == ""


def test_extras_are_installed_by_make_in_a_clone_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(tools, "_CLONE", tmp_path)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    assert install_extra("litert") == "pip install 'edgezoo[litert]'"
    (tmp_path / "Makefile").touch()
    words = [install_extra(name) for name in ("litert", "rtx", "train", "cross")]
    assert words == ["make litert", "make rtx", "make install", "make setup"]
    monkeypatch.setattr(sys, "prefix", "/usr")
    assert install_extra("rtx") == "pip install 'edgezoo[rtx]'"


@pytest.mark.parametrize(("exit_status", "found"), [(0, "vendor/image:1"), (1, "")])
def test_an_image_is_there_if_docker_has_it(exit_status, found, tmp_path, monkeypatch):
    docker = tmp_path / "docker"
    docker.write_text(
        f'#!/bin/sh\n[ "$*" = "image inspect vendor/image:1" ] && exit {exit_status}\n'
    )
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_tool(tool("image", "vendor/image:1")) == found


def test_without_docker_there_is_no_image(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_tool(tool("image", "vendor/image:1")) == ""


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Return program(name, script): a shell script, the only programs on the PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def write(name, script):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return str(path)

    return write


def test_a_variable_of_the_environment_replaces_the_candidates(program, monkeypatch):
    compiler = replace(tool("program", "c++"), variable="CXX")
    standard, other = program("c++", ""), program("clang++", "")
    monkeypatch.delenv("CXX", raising=False)
    assert find_tool(compiler) == standard
    monkeypatch.setenv("CXX", "clang++ -O3")
    assert find_tool(compiler) == other
    monkeypatch.setenv("CXX", "no-such-thing")
    assert find_tool(compiler) == ""
    monkeypatch.setenv("CXX", " ")
    assert find_tool(compiler) == standard


def test_a_program_tells_its_version_in_its_first_line(program):
    program("c++", '[ "$*" = "--version" ] && echo "c++ 12.2" && echo "Copyright"')
    assert tool_versions([tool("program", "no-such-thing", "c++")]) == {"toy": "c++ 12.2"}


def test_arguments_of_a_variable_come_before_the_question(program, monkeypatch):
    program("ccache", 'echo "ccache for $*"')
    monkeypatch.setenv("CXX", "ccache g++")
    asked = replace(tool("program", "c++"), variable="CXX", asks_version=("-v",))
    assert tool_versions([asked]) == {"toy": "ccache for g++ -v"}


@pytest.mark.parametrize("script", ["exit 1", "", "kill $$"])
def test_a_program_that_tells_no_version_is_left_out(program, script):
    program("c++", script)
    assert tool_versions([tool("program", "c++")]) == {}


def test_versions_of_what_is_no_program(tmp_path):
    kinds = {
        "module": ("numpy", version("numpy")),
        "file": (str(tmp_path), None),
        "program": ("no-such-thing", None),
    }
    for kind, (candidate, expected) in kinds.items():
        assert tool_versions([tool(kind, candidate)]).get("toy") == expected
    assert tool_versions([tool("module", "json")]) == {}
