import json
import subprocess
import sys

import pytest

from zoo import __version__
from zoo.cli.main import COMMANDS
from zoo.errors import RefusedError, UnknownNameError, UsageError
from zoo.tool import install_extra


@pytest.fixture
def shell(tmp_path):
    """Return shell(*words): the command in a process of its own."""

    def run(*words):
        command = [sys.executable, "-m", "zoo", *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["list"], 0, ""),
        (["bulid"], 2, "unknown command 'bulid'; did you mean build?"),
        (["build"], 2, "zoo build: Missing argument 'MODEL'. (zoo build --help) [usage]\n"),
        (["list", "--jsn"], 2, "zoo list: No such option '--jsn' (zoo list --help) [usage]\n"),
        (
            ["build", "pfld", "--target", "x68"],
            2,
            "zoo: unknown target 'x68'; did you mean x86? [unknown-name]\n",
        ),
        (
            ["build", "pfld", "--target", "x86:ort", "--scheme", "dpu-pow2"],
            1,
            "zoo: x86 refuses 'dpu-",
        ),
        (
            ["verify", "none.tar.gz"],
            2,
            "zoo: none.tar.gz: no such file or folder; give a bundle that",
        ),
        (["run", "."], 2, "zoo: .: is no file; give a bundle that `zoo build` made"),
        (
            ["eval", "pfld", "--data", "none"],
            2,
            ("zoo: none: no such folder; give a folder of labelled"),
        ),
        (["eval", "pfld", "--data", ".", "--weights", "none"], 2, "none: no such file; give weig"),
        (["eval", "pfld", "--data", ".", "--peer", "no.onnx", "c"], 2, "no.onnx: no such file; g"),
        (["build", "none.onnx", "--target", "x86"], 2, "none.onnx: no such file; give an .onnx o"),
        (["build", "none.pth", "--target", "x86"], 2, "only an .onnx or .tflite file, or a"),
        (
            ["build", "pfld", "--detector", "", "--target", "x86"],
            2,
            "--detector: '' is empty; give",
        ),
        (["show", ""], 2, "zoo: '' is empty; give a value, or leave it out"),
        (
            ["bench", "a.tar.gz", "--ssh", ""],
            2,
            "zoo: --ssh: '' is empty; give a value, or leave it out",
        ),
        (
            ["bench", "a.tar.gz", "--ssh="],
            2,
            "zoo: --ssh: '' is empty; give a value, or leave it out",
        ),
        (["build", "x86", "--target", "x86"], 2, "unknown model 'x86', which is a target; known:"),
        (["show", "none.onnx", "--target", "x86"], 2, "zoo: none.onnx: no such file; give one th"),
    ],
)
def test_exit_status_and_message(shell, words, status, message):
    found = shell(*words)
    assert found.returncode == status, found.stderr
    assert message in found.stderr
    assert "Traceback" not in found.stderr


def test_a_file_that_looks_like_an_option(shell, tmp_path):
    (tmp_path / "-dash.onnx").touch()
    hint = "No such option '-d'; for the file of that name write ./-dash.onnx (zoo build --help)"
    found = shell("build", "-dash.onnx", "--target", "x86")
    assert (found.returncode, hint in found.stderr) == (2, True)
    assert "write ./" not in shell("build", "-other.onnx", "--target", "x86").stderr


def test_toolchain_errors_exit_with_3():
    code = (
        "import importlib.util, sys\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *a: None if name == 'torch' else find(name, *a)\n"
        "sys.argv = ['zoo', 'train', 'pfld', '--data', '.']\n"
        "from zoo.cli.main import main\nmain()"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert found.returncode == 3
    assert found.stderr == f"zoo: training needs PyTorch: {install_extra('train')} [no-tool]\n"


def test_help_lists_every_command(zoo):
    shown = zoo("--help").output
    width = max(map(len, COMMANDS))
    for name, summary in COMMANDS.items():
        assert f"  {name:<{width}}  {summary}" in shown


def test_every_command_has_help(zoo):
    for name in COMMANDS:
        if name != "run":  # its words are the app's
            shown = zoo(name, "--help")
            assert shown.exit_code == 0
            assert shown.output.startswith(f"Usage: cli {name} ")


def test_version(zoo):
    assert zoo("--version").output == f"zoo, version {__version__}\n"


@pytest.mark.parametrize("words", [["list"], ["plugins"], ["doctor"], ["cache", "list"]])
def test_json_can_be_parsed(zoo, words):
    assert json.loads(zoo(*words, "--json").output)


@pytest.mark.parametrize("name", ["pfld", "x86", "w8a8-asym"])
def test_show_as_json_and_as_table(zoo, name):
    facts = json.loads(zoo("show", name, "--json").output)
    assert facts["kind"] in ("recipe", "target", "scheme")
    assert "summary" in zoo("show", name).output
    assert facts["summary"] in zoo("show", name).output


def test_show_of_an_unknown_name(zoo):
    error = zoo("show", "x87").exception
    assert isinstance(error, UnknownNameError)
    assert str(error) == "unknown model, target or scheme 'x87'; did you mean x86?"


def test_list_as_table(zoo):
    lines = zoo("list").output.splitlines()
    assert lines[0] == "Models"
    assert lines[1].split() == ["name", "published", "use", "summary", "aliases"]
    assert "runtimes" in next(line for line in lines if "quantizations" in line).split()
    assert any(line.startswith("x86 ") for line in lines)
    (pfld,) = (line for line in lines if line.startswith("pfld_1.0x.300w68 "))
    assert (pfld.split()[1], pfld.split()[-1]) == ("float,", "pfld")
    assert "  research  " in pfld


def test_list_tells_what_is_not_published_but_can_be_had(zoo, monkeypatch):
    monkeypatch.setattr("recipes.shelf.mediapipe.wheel._PACKAGE", "no_such_package_as_this")
    (line,) = (line for line in zoo("list").output.splitlines() if line.startswith("facemesh_468"))
    assert line.split()[1:3] == ["obtainable", "commercial"]
    models = {row["name"]: row for row in json.loads(zoo("list", "--json").output)["models"]}
    mesh, untrained = models["facemesh_468.mediapipe"], models["pfld_0.75x.300w68"]
    assert (mesh["published"], mesh["commercial"]) == ([], True)
    assert mesh["obtain"].startswith("it is read from a wheel of MediaPipe")
    assert (untrained["published"], untrained["commercial"]) == ([], False)
    assert untrained["obtain"] == ""


def test_doctor_says_how_to_get_what_is_missing(zoo):
    tools = json.loads(zoo("doctor", "--json").output)["tools"]
    assert {"tool", "found", "for", "get it by"} == set(tools[0])
    for tool in tools:
        assert (tool["found"] == "no") == bool(tool["get it by"])


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["build", "pfld", "--target", "x86:ort", "--scheme", "dpu-pow2"], RefusedError),
        (["build", "pfld", "--target", "x86", "--quant", "w4"], UsageError),
        (["build", "pfldd", "--target", "x86"], UnknownNameError),
        (["build", "net.onnx", "--target", "x86"], UsageError),
    ],
)
def test_refused_builds_leave_nothing_behind(zoo, tmp_path, words, kind):
    before = sorted(tmp_path.iterdir())
    assert isinstance(zoo(*words).exception, kind)
    assert sorted(tmp_path.iterdir()) == before


def test_cache_commands(zoo, tmp_path):
    listed = json.loads(zoo("cache", "list", "--json").output)
    assert listed == {"folder": str(tmp_path / "cache"), "results": []}
    assert zoo("cache", "check").output == "all files are intact\n"
    assert zoo("cache", "clear").output == f"{tmp_path / 'cache'}: 0 results removed\n"
