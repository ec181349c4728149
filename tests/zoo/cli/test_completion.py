"""Completion of words: by click, in a real bash, and without loading anything heavy."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from click.shell_completion import ShellComplete, get_completion_class
from click.testing import CliRunner

from compilers.quantize.observe import CALIBRATORS
from zoo.build.subjects import FORMS
from zoo.cli.main import COMMANDS, cli
from zoo.cli.shells import register

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
        (("build", "pfld", "--target", "x86:"), ["x86:ort", "x86:c", "x86:openvino"]),
        (("build", "pfld", "--target", "nowhere:"), []),
        (("prune", "pfld", "--criterion", ""), ["taylor", "scale"]),
        (("eval", "pfld", "--suite", "ro"), ["robustness"]),
        (("eval", "nowhere", "--suite", ""), []),
        (("estimate", "pfld", "--scheme", "dp"), ["dpu-pow2"]),
    ],
)
def test_words(words, expected):
    assert values(*words) == expected


def test_words_without_a_registry_are_those_that_the_commands_take():
    assert tuple(values("eval", "pfld", "--form", "")) == FORMS
    for command in ("build", "eval", "diagnose"):
        assert {*values(command, "pfld", "--calibrator", "")} == {"auto", *CALIBRATORS}


@pytest.mark.parametrize(
    ("shell", "words", "expected"),
    [
        # bash splits at '=' and ':', and replaces what follows the last of them
        ("bash", ["build", "--target", "=", "kv"], "plain,kv260"),
        ("bash", ["doctor", "--target", "="], "plain,android"),
        ("bash", ["build", "--target", "rpi4", ":", "o"], "plain,ort"),
        ("bash", ["build", "--target", "x86", ":"], "plain,ort"),
        ("bash", ["build", "--target", "=", "rpi4", ":", "o"], "plain,ort"),
        ("bash", ["build", "--target=rpi4", ":", "o"], "plain,ort"),
        ("bash", ["build", "--target=kv"], "plain,--target=kv260"),
        ("bash", ["build", "--target", "=", "x86", "--quant", "fp"], "plain,fp16"),
        ("bash", ["build", "pfld", "--contract", "=", "a"], "file,a"),
        ("zsh", ["build", "--target=kv"], "plain\n--target=kv260\n_"),
        ("zsh", ["build", "--target=rpi4:o"], "plain\n--target=rpi4:ort\n_"),
        ("fish", ["build", "--target=kv"], "plain,--target=kv260"),
        ("fish", ["build", "--target", "kv"], "plain,kv260"),
    ],
)
def test_a_value_right_after_its_option_or_board(shell, words, expected, monkeypatch):
    register()
    monkeypatch.setenv("COMP_WORDS", " ".join(["zoo", *words]))
    monkeypatch.setenv("COMP_CWORD", words[-1] if shell == "fish" else str(len(words)))
    complete = get_completion_class(shell)(cli, {}, "zoo", "_ZOO_COMPLETE").complete()
    assert complete.splitlines()[: len(expected.splitlines())] == expected.splitlines()


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
    assert bash("zoo build pfld --target = jetson-n") == ["jetson-nano"]


def test_every_command_is_completed():
    assert values("") == sorted(COMMANDS)
