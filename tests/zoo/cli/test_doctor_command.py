"""zoo doctor: tools of all boards or of one, and the command that installs what is missing."""

import json

import pytest
from click.testing import CliRunner

from zoo.cli import doctor_command
from zoo.cli.main import cli
from zoo.errors import UnknownNameError


def doctor(*words):
    return CliRunner().invoke(cli, ["doctor", *words])


@pytest.fixture
def nothing_found(monkeypatch):
    monkeypatch.setattr(doctor_command, "find_tool", lambda _: "")


def names(*words):
    return {row["tool"] for row in json.loads(doctor(*words, "--json").stdout)["tools"]}


def test_a_board_needs_less_than_all():
    one, all_ = names("--target", "kv260"), names()
    assert "vai_c_xir" in one
    assert "Chromium" in all_ - one
    assert one < all_
    assert names("--target", "rpi4:c") != names("--target", "rpi4")
    assert isinstance(doctor("--target", "kv26").exception, UnknownNameError)


def test_a_tool_of_several_plugins_is_listed_once_with_all_purposes():
    rows = json.loads(doctor("--json").stdout)["tools"]
    assert len({row["tool"] for row in rows}) == len(rows)
    (litert,) = (row for row in rows if row["tool"] == "LiteRT")
    assert litert["for"] == "writing and reading .tflite files, running .tflite files"


@pytest.mark.usefixtures("nothing_found")
def test_the_command_is_alone_on_standard_output():
    found = doctor("--target", "kv260", "--fix")
    assert found.exit_code == 0
    (line,) = found.stdout.splitlines()
    assert "apt install cmake libstb-dev nlohmann-json3-dev && " in line
    assert "toolchains kv260" in line
    assert "by hand: vai_c_xir, for compiling .xmodel files" in found.stderr


@pytest.mark.usefixtures("nothing_found")
def test_json_has_the_command_and_the_rest():
    facts = json.loads(doctor("--target", "kv260", "--json").stdout)
    assert facts["fix"] == doctor("--target", "kv260", "--fix").stdout.strip()
    assert facts["by_hand"][0] == {"tool": "vai_c_xir", "get it by": "it is part of AMD's image"}


def test_nothing_missing_prints_no_command(monkeypatch):
    monkeypatch.setattr(doctor_command, "find_tool", lambda tool: f"/usr/bin/{tool.name}")
    found = doctor("--fix")
    assert (found.exit_code, found.stdout, found.stderr) == (0, "", "nothing is missing\n")
