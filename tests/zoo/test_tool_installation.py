"""Remedies of tools joined to one command, as a shell reads it."""

import os
import shlex

import pytest

from zoo import registry
from zoo.tool import Tool
from zoo.tool_installation import installation


def tool(name, remedy):
    return Tool(name, "program", (name,), "tests", remedy)


@pytest.fixture
def clone(tmp_path):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts/toolchains").touch()
    (tmp_path / "Makefile").touch()
    return tmp_path


TOOLS = (
    tool("node", "scripts/toolchains browser"),
    tool("cmake", "apt install cmake"),
    tool("zig", "pip install 'edgezoo[cross]'"),
    tool("litert", "make litert"),
    tool("stb", "apt install libstb-dev cmake"),
    tool("qemu", "scripts/toolchains rpi4"),
    tool("openvino", "pip install openvino"),
)


def test_each_installer_is_called_once_system_packages_first(clone, monkeypatch):
    monkeypatch.chdir(clone)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    found = installation(TOOLS, clone)
    assert found.command == (
        "sudo apt install cmake libstb-dev && scripts/toolchains browser rpi4 && make litert && "
        "pip install 'edgezoo[cross]' openvino"
    )
    assert found.by_hand == ()


def test_the_clone_is_named_from_elsewhere_and_root_needs_no_sudo(clone, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    found = installation(TOOLS[:4], clone)
    assert found.command == (
        f"apt install cmake && {clone}/scripts/toolchains browser && make -C {clone} litert && "
        "pip install 'edgezoo[cross]'"
    )


def test_without_a_clone_its_scripts_are_left_to_hand(tmp_path):
    found = installation(TOOLS[:4], tmp_path)
    assert "toolchains" not in found.command
    assert [one.name for one in found.by_hand] == ["node", "litert"]


@pytest.mark.parametrize(
    "remedy",
    [
        "it is part of AMD's image",
        "pip install tensorrt, from NVIDIA",
        "apt install a; rm -rf b",
        "apt install $(c)",
        "pip install 'a' && b",
        "docker pull vendor/image",
        "make",
        "",
    ],
)
def test_what_is_no_plain_command_is_left_to_hand(clone, remedy):
    found = installation([tool("it", remedy)], clone)
    assert (found.command, len(found.by_hand)) == ("", 1)


def test_nothing_missing_is_no_command(clone):
    assert installation((), clone).command == ""


def test_every_built_in_remedy_that_begins_as_a_command_is_one(clone):
    kinds = ("compiler", "executor", "app", "package", "quantizer")
    plugs = [plug for kind in kinds for plug in registry.load_all(kind)[0].values()]
    for one in {tool for plug in plugs for tool in plug.tools}:
        by_hand = {word.name for word in installation([one], clone).by_hand}
        if shlex.split(one.remedy.replace("'s", "s"))[0] in ("apt", "make", "scripts/toolchains"):
            assert one.name not in by_hand
