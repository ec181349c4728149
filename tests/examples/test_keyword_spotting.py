"""The example in examples/keyword_spotting, as a reader follows it."""

import json
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from click.testing import CliRunner
from waves import pcm16, wave

from zoo.cli.main import cli
from zoo.contract import Contract
from zoo.data.processing import postprocess, preprocess
from zoo.errors import DataError, RefusedError
from zoo.step import Signal

EXAMPLE = Path(__file__).parents[2] / "examples" / "keyword_spotting"
LABELS = ("silence", "noise", "low", "high", "rising")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A copy of the example with its network and a few sounds."""
    folder = tmp_path_factory.mktemp("example")
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    script = runpy.run_path(str(folder / "make_network.py"))
    random = np.random.default_rng(1)
    kinds = np.arange(60) % len(LABELS)
    sounds = [script["sound"](kind, random) for kind in kinds]
    onnx.save(script["fitted"](sounds, kinds), folder / "sounds.onnx")
    script["save_sounds"](folder / "sounds", sounds[:20], kinds[:20])
    fresh = [script["sound"](kind, random) for kind in kinds]
    return folder, list(zip(kinds.tolist(), fresh, strict=True))


@pytest.fixture
def folder(made, monkeypatch, tmp_path):
    monkeypatch.chdir(made[0])
    monkeypatch.setenv("ZOO_CACHE", str(tmp_path / "cache"))
    return made[0]


def zoo(*words):
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


@pytest.mark.usefixtures("folder")
def test_the_contract_fits():
    assert "top_labels     str [2]" in zoo("contract", "check", "contract.toml", "sounds.onnx")


def test_sounds_that_it_has_not_seen_are_named(made):
    folder, fresh = made
    contract = Contract.from_toml(folder / "contract.toml")
    session = onnxruntime.InferenceSession(
        folder / "sounds.onnx", providers=["CPUExecutionProvider"]
    )
    right = 0
    for kind, samples in fresh:
        frame = preprocess(contract, Signal(samples, 16000))
        (logits,) = session.run(["logits"], {"features": frame.input_chw[None]})
        right += postprocess(contract, {"logits": logits}, frame)["top_classes"][0] == kind
    assert right >= 0.9 * len(fresh)


@pytest.mark.parametrize("target", ["android", "kv260"])
@pytest.mark.usefixtures("folder")
def test_boards_that_take_pictures_refuse(target):
    words = ("--contract", "contract.toml", "--target", target, "--quant", "none", "--dry-run")
    with pytest.raises(
        RefusedError, match=r"takes signals, but the app of .* takes only pictures; .*: .*x86"
    ):
        zoo("build", "sounds.onnx", *words)


def test_a_folder_without_sounds_calibrates_nothing(folder):
    (folder / "photos").mkdir(exist_ok=True)
    (folder / "photos/a.png").touch()
    words = ("--contract", "contract.toml", "--target", "x86", "--calib", "photos", "--dry-run")
    with pytest.raises(DataError, match=r"photos: holds no signal \(\.wav\)"):
        zoo("build", "sounds.onnx", *words)


def run(*words):
    command = [sys.executable, "-m", "zoo", "run", "dist/sounds.x86.ptq.tar.gz", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.toolchain
def test_the_program_names_a_rising_tone(folder):
    words = ("--contract", "contract.toml", "--target", "x86", "--quant", "ptq")
    zoo("build", "sounds.onnx", *words, "--calib", "sounds")
    record = json.loads(run("--source", "sounds/rising004.wav").stdout)
    assert record["box"] == [0, 0, 16000, 1]
    assert "face" not in record
    printed = (folder / "README.md").read_text().partition("```json\n")[2].partition("\n")[0]
    assert {name: record[name] for name in json.loads(printed)} == json.loads(printed)

    content = (folder / "sounds/rising004.wav").read_bytes()
    (folder / "rising.pcm").write_bytes(content[44:])
    raw = json.loads(run("--source", "raw:rising.pcm").stdout)
    assert raw["logits"] == record["logits"]

    (folder / "photos").mkdir(exist_ok=True)
    (folder / "slow.wav").write_bytes(wave(pcm16([0.5] * 8000), rate_hz=8000))
    for words, message in (
        (("--source", "slow.wav"), "has 8000 samples per second, the contract takes 16000"),
        (("--source", "sounds/low002.wav", "--box", "1,1,8,8"), "are for pictures, this takes sig"),
        (("--source", "photos"), "photos: no signal in this directory (wav)"),
    ):
        done = run(*words)
        assert done.returncode != 0
        assert message in done.stderr
