"""zoo run: the program's words are passed on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_bundle import write_bundle

from zoo.errors import BoardError

PROGRAM = """#!/bin/sh
echo "note: of $1" >&2
echo "error: $1: no such picture" >&2
echo "{}"
exit 2
"""

COUNTER = """#!/usr/bin/env python3
import signal, sys, time
count = 0
def counted(*_):
    global count
    count += 1
signal.signal(signal.SIGTERM, counted)
signal.signal(signal.SIGINT, counted)
print("started", file=sys.stderr, flush=True)
while not count:
    time.sleep(0.05)
time.sleep(1)
print(count)
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


def test_the_programs_help_names_the_command(tmp_path):
    bundle = write_bundle(tmp_path, Path("/bin/sh").read_bytes())
    words = [sys.executable, "-m", "zoo", "run", bundle, "-c", "echo $0"]
    found = subprocess.run(words, capture_output=True, text=True, check=True)
    assert found.stdout == f"zoo run {bundle}\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_whole_group_reaches_the_program_once(tmp_path, number):
    bundle = write_bundle(tmp_path, COUNTER.encode())
    with subprocess.Popen(
        [sys.executable, "-m", "zoo", "run", bundle],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as running:
        assert running.stderr.readline() == b"started\n"
        os.killpg(running.pid, number)
        assert running.stdout.read() == b"1\n"
        assert running.wait() == 0
