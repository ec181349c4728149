"""zoo init: a project from answers or options, and nothing where something is wrong."""

import json
import os
import re
import runpy
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import onnx
import pytest
from click.testing import CliRunner
from own_inputs import picture_network
from PIL import Image
from processes import wait_for_sleep

from zoo.cli.main import cli
from zoo.errors import DataError, UnknownNameError, UsageError

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The current folder, with a network and a folder of pictures."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZOO_CACHE", str(tmp_path / "cache"))
    onnx.save(picture_network(), "net.onnx")
    Path("my photos").mkdir()
    Image.new("RGB", (9, 8), "red").save("my photos/#1 $HOME.png")
    return tmp_path


def init(*words, answers=None):
    return CliRunner().invoke(cli, ["init", *map(str, words)], input=answers)


def recipe(file, target):
    """Return the commands of a Makefile's target, as make would run them."""
    words = ["make", "--no-print-directory", "-n", "-C", file.parent, "ZOO=zoo", target]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_options_are_enough(home):
    done = init("--model", "net.onnx", "--target", "x86", "--images", "my photos", "--yes")
    assert done.exception is None
    assert done.stderr == ""
    assert done.stdout == (
        "contract.toml: check the lines marked GUESS against the training code\n"
        "Makefile: `make` builds, verifies and runs dist/net.x86.ptq.tar.gz\n"
    )
    assert recipe(home / "Makefile", "all") == [
        "zoo build net.onnx --contract contract.toml --target x86 --quant ptq --calib 'my photos'",
        "zoo verify dist/net.x86.ptq.tar.gz",
        "zoo run dist/net.x86.ptq.tar.gz --source 'my photos/#1 $HOME.png'",
    ]


def test_what_is_not_given_is_asked_until_it_is_right(home):
    done = init("new", answers="nett.onnx\nnet.onnx\nx68\nrpi4\nnowhere\nmy photos\n")
    assert done.exception is None
    for told in (
        "Error: nett.onnx: no such file",
        "Error: unknown target 'x68'; did you mean x86?",
        "Error: nowhere: no such folder",
    ):
        assert told in done.stderr
    assert recipe(home / "new/Makefile", "all") == [
        "zoo build ../net.onnx --contract contract.toml --target rpi4 --quant ptq "
        "--calib '../my photos'",
        "zoo verify dist/net.rpi4.ptq.tar.gz",
    ]


def test_a_published_model_needs_no_pictures_and_no_contract(home):
    done = init("new", "--model", "pfld", "--target", "x86", "--yes", "--json")
    bundle = "dist/pfld_1.0x.300w68.x86.ptq.tar.gz"
    assert json.loads(done.stdout) == {"files": ["new/Makefile"], "bundle": f"new/{bundle}"}
    file = home / "new/Makefile"
    build = "zoo build pfld --target x86 --quant ptq"
    assert recipe(file, "all") == [build, f"zoo verify {bundle}"]
    refused = subprocess.run(["make", "-n", "run"], cwd="new", capture_output=True, text=True)
    assert "name a picture or signal: make run SOURCE=FILE" in refused.stderr


def test_pictures_of_a_published_model_do_not_quantize_it_again(home):
    words = ("--model", "pfld", "--target", "x86", "--images", "my photos", "--yes")
    assert init(*words).exception is None
    assert "--calib" not in (home / "Makefile").read_text()
    assert recipe(home / "Makefile", "run")[1].endswith("--source 'my photos/#1 $HOME.png'")


def test_a_board_without_ptq_gets_what_it_has(home):
    assert init("--model", "net.onnx", "--target", "jetson-nano", "--yes").exception is None
    assert "--target jetson-nano --quant fp16\n" in (home / "Makefile").read_text()


def test_a_name_that_no_model_may_have_is_changed(home):
    shutil.move("net.onnx", "my net.onnx")
    done = init("--model", "my net.onnx", "--target", "x86", "--images", "my photos", "--yes")
    assert done.exception is None
    text = (home / "Makefile").read_text()
    assert "build 'my net.onnx' --contract contract.toml --name my_net --target" in text
    assert "BUNDLE = dist/my_net.x86.ptq.tar.gz\n" in text


def test_nothing_is_overwritten_without_a_question(home):
    (home / "Makefile").write_text("mine")
    words = ("--model", "net.onnx", "--target", "x86", "--images", "my photos")
    for done in (init(*words, "--yes"), init(*words, answers="n\n")):
        assert isinstance(done.exception, UsageError)
        assert str(done.exception).startswith("Makefile: already exists, nothing was written")
        assert (home / "Makefile").read_text() == "mine"
        assert not (home / "contract.toml").exists()
    assert init(*words, "--makefile", "zoo.mk", "--yes").exception is None
    assert (home / "Makefile").read_text() == "mine"
    contract = (home / "contract.toml").read_text()
    (home / "contract.toml").write_text(f"# checked\n{contract}")
    assert init(*words, answers="y\n").exception is None
    assert (home / "Makefile").read_text().startswith("# By `zoo init`")
    assert (home / "contract.toml").read_text() == f"# checked\n{contract}"


def test_a_link_to_nowhere_is_a_file_that_is_there(home):
    (home / "Makefile").symlink_to("nowhere")
    error = init("--model", "pfld", "--target", "x86", "--yes").exception
    assert str(error).startswith("Makefile: already exists, nothing was written")
    assert (home / "Makefile").is_symlink()


def test_the_network_is_no_name_for_the_makefile(home):
    network = (home / "net.onnx").read_bytes()
    words = ("--model", "net.onnx", "--target", "x86", "--quant", "none", "--makefile", "net.onnx")
    assert "the build reads net.onnx; give another" in str(init(*words, answers="\ny\n").exception)
    assert (home / "net.onnx").read_bytes() == network


@pytest.mark.parametrize("name", ["a#b", r"a\#b", r"a\\#b\c", "it's #1 $HOME", "\\"])
def test_make_and_the_shell_get_the_names_as_they_are(home, name):
    shutil.copytree("my photos", f"{name}/pictures")
    words = ("--model", "pfld", "--target", "x86", "--images", f"{name}/pictures", "--yes")
    assert init(*words).exception is None
    (_, run) = recipe(home / "Makefile", "run")
    assert shlex.split(run)[-1] == f"{name}/pictures/#1 $HOME.png"


@pytest.mark.parametrize("folder", ["my proj", "it's", "\x1b[31mred\n1", "-x"])
@pytest.mark.usefixtures("home")
def test_the_command_that_is_told_can_be_pasted(folder):
    done = init("--model", "pfld", "--target", "x86", "--makefile", "a b", "--yes", "--", folder)
    assert done.exception is None
    (make,) = re.findall("`(.*)`", done.stdout)
    told = subprocess.run(
        ["bash", "-c", f"{make} -n ZOO=zoo build"], capture_output=True, text=True, check=True
    )
    assert "zoo build pfld --target x86" in told.stdout
    assert done.stdout.strip().isprintable()


@pytest.mark.parametrize(
    ("words", "kind", "message"),
    [
        (("--yes",), UsageError, "--model is missing, and --yes asks nothing"),
        (("--model", "pfldd"), UnknownNameError, "unknown model 'pfldd'; did you mean pfld?"),
        (("--model", "net.onnx"), UsageError, "needs pictures of what it will see"),
        (("--model", "net.onnx", "--images", "none"), UsageError, "none: no such folder"),
        (("--model", "pfld", "--quant", "w4"), UsageError, "unknown quantization 'w4'"),
        (("--model", "pfld", "--images", "none"), UsageError, "none: no such folder"),
        (("--model", "pfld", "--images", "odd"), DataError, "odd: holds no picture (.png"),
        (("--model", "pfld", "--makefile", "a/b"), UsageError, "give the name of a file in the"),
        (("--model", "pfld", "--makefile", ".."), UsageError, "give the name of a file in the"),
        (
            ("--model", "pfld", "--makefile", "contract.toml"),
            UsageError,
            "has a contract.toml of its own",
        ),
        (("--model", "pfld", "--makefile", "dist"), UsageError, "has a dist of its own"),
        (("--model", "pfld", "--size", "3"), UsageError, "--size 3: expected height and width"),
    ],
)
def test_what_is_wrong_leaves_nothing(home, words, kind, message):
    Path("odd/folder.png").mkdir(parents=True)
    os.mkfifo("odd/pipe.png")
    error = init("new", *words, "--target", "x86", "--yes").exception
    assert isinstance(error, kind)
    assert message in str(error)
    assert not (home / "new").exists()


def test_a_second_file_that_cannot_be_written_takes_the_first_along(home, monkeypatch):
    def refuse(file, content):
        if file.name == "Makefile":
            raise KeyboardInterrupt
        file.write_bytes(content)

    monkeypatch.setattr("zoo.build.first_project.write_whole", refuse)
    init("new", "--model", "net.onnx", "--target", "x86", "--images", "my photos", "--yes")
    assert not (home / "new").exists()


def test_the_end_of_the_answers_is_told(home):
    done = init("new", answers="net.onnx\n")
    assert isinstance(done.exception, UsageError)
    assert "standard input ended before --target was answered" in str(done.exception)
    assert not (home / "new").exists()


def test_ctrl_c_at_a_question_ends_it(home):
    def as_in_a_terminal():
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    asked, answer = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-m", "zoo", "init", "new"],
        stdin=asked,
        stderr=subprocess.PIPE,
        preexec_fn=as_in_a_terminal,
    ) as running:
        assert running.stderr.read(5) == b"Model"
        wait_for_sleep(running.pid)  # just before it waits for the answer, one would be late
        running.send_signal(signal.SIGINT)
        said = running.stderr.read()
    os.close(asked)
    os.close(answer)
    assert running.returncode == 130
    assert said.endswith(b"\nzoo: interrupted\n")
    assert not (home / "new").exists()


@pytest.mark.toolchain
@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("example", "network", "counted"),
    [("detector", "balls", "box(es)?"), ("classifier", "colours", "picture")],
)
def test_make_builds_verifies_and_runs_the_examples(example, network, counted):
    script = EXAMPLES / example / "make_network.py"
    onnx.save(runpy.run_path(str(script))[network](), f"{network}.onnx")
    words = ("--model", f"{network}.onnx", "--contract", EXAMPLES / example / "contract.toml")
    options = ("--target", "x86", "--quant", "none", "--images", "my photos", "--yes")
    assert init(*words, *options).exception is None
    made = subprocess.run(
        ["make", f"ZOO={sys.executable} -m zoo"], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    assert f"dist/{network}.x86.none.tar.gz: not signed" in made.stdout
    record = json.loads(made.stdout.splitlines()[-1])
    assert record["source"] == "my photos/#1 $HOME.png"
    assert re.search(rf"^{network}: 1 frame, \d+ {counted} in ", made.stderr, re.MULTILINE)
