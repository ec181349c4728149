"""zoo run: the program's words are passed on."""

import pytest
from tiny_bundle import write_bundle

from zoo.errors import BoardError

PROGRAM = """#!/bin/sh
echo "note: of $1" >&2
echo "error: $1: no such picture" >&2
echo "{}"
exit 2
"""


def test_errors_begin_as_those_of_other_commands_do(zoo, tmp_path):
    found = zoo("run", write_bundle(tmp_path, PROGRAM), "a.png")
    assert (found.exit_code, found.stderr) == (2, "note: of a.png\nzoo: a.png: no such picture\n")


@pytest.mark.parametrize("program", [b"\x7fELF", b"no program"])
def test_a_program_that_cannot_run_here(zoo, tmp_path, program):
    error = zoo("run", write_bundle(tmp_path, program), "a.png").exception
    assert isinstance(error, BoardError)
    assert "its program cannot run here (Exec format error); it is built for board" in str(error)


@pytest.mark.parametrize("word", ["-h", "--help"])
def test_help_of_the_zoo_without_a_bundle(zoo, word):
    found = zoo("run", word)
    assert found.exit_code == 0
    assert "Check BUNDLE and run its app with ARGUMENTS" in found.stdout


def test_help_of_the_program_with_a_bundle(zoo, tmp_path):
    found = zoo("run", write_bundle(tmp_path, PROGRAM), "--help")
    assert found.stderr.startswith("note: of --help\n")
