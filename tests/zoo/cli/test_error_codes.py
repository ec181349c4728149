"""Codes where people and scripts meet them: in an error's line, in JSON, in `zoo explain`."""

import json

import click
import pytest
from click.testing import CliRunner

from zoo.cli.entry import enter
from zoo.cli.main import cli
from zoo.error_codes import error_kinds
from zoo.errors import MissingToolError, ToolchainError, UnknownNameError


@pytest.fixture
def failing(monkeypatch, capsys):
    """Return failing(error, *words): status, stdout, stderr of a command that raises it."""

    def run(error, *words):
        @click.command(context_settings={"ignore_unknown_options": True})
        @click.argument("words", nargs=-1, expose_value=False)
        def command():
            raise error

        monkeypatch.setattr("sys.argv", ["zoo", *words])
        with pytest.raises(SystemExit) as ended:
            enter(command, "zoo")
        return ended.value.code, *capsys.readouterr()

    return run


def test_the_line_ends_with_the_code(failing):
    assert failing(MissingToolError("no Zig")) == (3, "", "zoo: no Zig [no-tool]\n")


def test_lines_of_a_tool_follow(failing):
    _, _, told = failing(ToolchainError("zig failed\nline 1\nline 2"))
    assert told == "zoo: zig failed [tool]\nline 1\nline 2\n"


@pytest.mark.parametrize(
    ("error", "code", "message", "status"),
    [
        (UnknownNameError("model", "a", ["b"]), "unknown-name", "unknown model 'a'; known: b", 2),
        (click.UsageError("No."), "usage", "No. (zoo --help)", 2),
        (PermissionError(13, "Permission denied", "/a"), "system", "/a: Permission denied", 1),
    ],
)
def test_json_has_it_for_scripts(failing, error, code, message, status):
    ended, out, told = failing(error, "build", "--json")
    assert json.loads(out) == {"error": {"code": code, "message": message, "exit_status": status}}
    assert (ended, told) == (status, f"zoo: {message} [{code}]\n")


def test_a_programs_json_is_its_own(failing):
    assert failing(MissingToolError("no Zig"), "run", "b.tar.gz", "--json")[1] == ""


def test_an_end_from_outside_is_no_error(failing):
    assert failing(KeyboardInterrupt(), "build", "--json") == (130, "", "\nzoo: interrupted\n")


def test_explain_tells_one_or_lists_all():
    def explain(*words):
        return CliRunner().invoke(cli, ["explain", *words])

    told = explain("[no-tool]").stdout
    assert told.startswith("no-tool: An external tool or Python package that this needs is not ")
    assert told.endswith("\nExit status 3, belongs to tool; docs/errors.md#no-tool\n")
    assert json.loads(explain("no-tool", "--json").stdout)["parent"] == "tool"
    listed = json.loads(explain("--json").stdout)
    assert [row["code"] for row in listed] == [kind.code for kind in error_kinds()]
    assert "no-tool  " in explain().stdout
    assert isinstance(explain("no-tol").exception, UnknownNameError)
