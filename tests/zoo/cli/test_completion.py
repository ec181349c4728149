"""Completion of words: by click, in a real bash, and without loading anything heavy."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from zoo.cli.main import COMMANDS, cli

HEAVY = {"numpy", "onnx", "onnxruntime", "onnxsim", "rich", "torch", "PIL", "cyclonedx"}


def completions(*words):
    *before, incomplete = words
    return ShellComplete(cli, {}, "zoo", "_ZOO_COMPLETE").get_completions(before, incomplete)


def values(*words):
    return [item.value for item in completions(*words)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("bu",), ["build"]),
        (("build", "pfld_0.25x.3"), ["pfld_0.25x.300w68", "pfld_0.25x.300w68+pose"]),
        (("build", "pfld", "--target", "x"), ["x86"]),
        (("build", "pfld", "--target", "k210", "--quant", ""), ["ptq", "qat", "qdq"]),
        (("build", "pfld", "--target", "rpi4", "--runtime", ""), ["litert", "c", "ort", "auto"]),
        (("build", "pfld", "--target", "rpi4", "--runtime", "o"), ["ort"]),
        (("bench", "pfld", "--target", "browser", "--quant", "q"), ["qat", "qdq"]),
        (("build", "pfld", "--quant", "fp"), ["fp16"]),
        (("build", "pfld", "--detector", "facedet_3"), ["facedet_320.wider"]),
        (("show", "kv"), ["kv260"]),
        (("show", "dpu"), ["dpu-pow2"]),
        (("explain", "contract-m"), ["contract-misfit"]),
        (("completion", ""), ["bash", "zsh", "fish"]),
        (("doctor", "--target", "max"), ["max78000"]),
        (("build", "pfld", "--target", "nowhere", "--quant", "fp"), ["fp16"]),
    ],
)
def test_words(words, expected):
    assert values(*words) == expected


@pytest.mark.parametrize(
    "words", [("build", "./"), ("build", "mine.on"), ("verify", ""), ("build", "--contract", "")]
)
def test_files(words):
    assert [item.type for item in completions(*words)] == ["file"]


@pytest.mark.parametrize("words", ["zoo build pf", "zoo build pfld --target x", "zoo show kv"])
def test_nothing_heavy_is_loaded(words):
    code = (
        "import sys\nsys.argv = ['zoo']\nfrom zoo.cli.main import main\n"
        "try:\n    main()\nfinally:\n    sys.stderr.write(' '.join(sys.modules))\n"
    )
    asked = {"_ZOO_COMPLETE": "bash_complete", "COMP_WORDS": words}
    count = {"COMP_CWORD": str(len(words.split()) - 1)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **asked, **count},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("plain,")
    assert HEAVY.isdisjoint(done.stderr.split())


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_are_printed(shell):
    done = CliRunner().invoke(cli, ["completion", shell])
    assert f"_ZOO_COMPLETE={shell}_complete" in done.stdout
    facts = json.loads(CliRunner().invoke(cli, ["completion", shell, "--json"]).stdout)
    assert facts["script"].strip() == done.stdout.strip()
    assert f"zoo completion {shell}" in facts["setting"]


@pytest.fixture
def bash(tmp_path):
    """Return bash(line): what a bash with the script completes at the end of a line."""
    if not shutil.which("bash"):
        pytest.skip("no bash")
    program = tmp_path / "zoo"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m zoo "$@"\n')
    program.chmod(0o755)

    def complete(line):
        script = (
            'eval "$(zoo completion bash)"\n'
            f"read -ra COMP_WORDS <<< '{line}'\n"
            "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
            "_zoo_completion zoo 2>/dev/null\n"
            'printf "%s\\n" "${COMPREPLY[@]}"\n'
        )
        paths = os.pathsep.join((str(tmp_path), os.environ["PATH"]))
        done = subprocess.run(
            ["bash", "--norc", "-c", script],
            env={**os.environ, "PATH": paths},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.split()

    return complete


def test_a_real_bash_completes(bash):
    assert bash("zoo comp") == ["completion"]
    assert bash("zoo build pfld_0.25x.3") == ["pfld_0.25x.300w68", "pfld_0.25x.300w68+pose"]
    assert bash("zoo build pfld --target jetson-n") == ["jetson-nano"]


def test_every_command_is_completed():
    assert values("") == sorted(COMMANDS)
