"""The example in examples/classifier, as a reader follows it."""

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
from PIL import Image

from zoo.cli.main import cli
from zoo.contract import Contract
from zoo.data.processing import postprocess, preprocess

EXAMPLE = Path(__file__).parents[2] / "examples" / "classifier"
COLOURS = {"yellow": (220, 200, 30), "cyan": (0, 190, 220), "black": (20, 30, 10)}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the example with its network; the current folder."""
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZOO_CACHE", str(tmp_path / "cache"))
    onnx.save(runpy.run_path("make_network.py")["colours"](), "colours.onnx")
    return tmp_path


def zoo(*words):
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_the_first_contract_has_the_examples_steps(folder):
    zoo("contract", "init", "colours.onnx", "--out", "first.toml")
    first, final = (Contract.from_toml(folder / name) for name in ("first.toml", "contract.toml"))
    assert (first.input, first.outputs) == (final.input, final.outputs)
    assert [step.name for step in first.post] == [step.name for step in final.post]


@pytest.mark.usefixtures("folder")
def test_the_contract_fits():
    assert "top_labels     str [2]" in zoo("contract", "check", "contract.toml", "colours.onnx")


@pytest.mark.parametrize("name", COLOURS)
def test_colours_are_named(folder, name):
    contract = Contract.from_toml(folder / "contract.toml")
    frame = preprocess(contract, np.full((70, 90, 3), COLOURS[name], np.uint8))
    session = onnxruntime.InferenceSession("colours.onnx", providers=["CPUExecutionProvider"])
    (logits,) = session.run(["logits"], {"image": frame.input_chw[None]})
    values = postprocess(contract, {"logits": logits}, frame)
    assert values["top_labels"][0] == name
    assert values["top_scores"][0] > 0.9


@pytest.mark.toolchain
def test_the_program_names_a_yellow_picture(folder):
    Image.new("RGB", (90, 70), COLOURS["yellow"]).save("photo.png")
    words = ("--contract", "contract.toml", "--target", "x86", "--quant", "none")
    zoo("build", "colours.onnx", *words)
    bundle = "dist/colours.x86.none.tar.gz"
    command = [sys.executable, "-m", "zoo", "run", bundle, "--source", "photo.png"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    record = json.loads(ran.stdout)
    assert record["top_labels"] == ["yellow", "red"]
    assert record["top_classes"] == [6, 4]
    printed = (folder / "README.md").read_text().partition("```json\n")[2].partition("\n")[0]
    assert {name: record[name] for name in json.loads(printed)} == json.loads(printed)
