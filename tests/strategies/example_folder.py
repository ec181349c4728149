"""An example's folder, followed as a reader follows its README."""

import json
import runpy
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from click.testing import CliRunner
from PIL import Image

from zoo.cli.main import cli
from zoo.contract import Contract
from zoo.data.processing import postprocess, preprocess
from zoo.picture import read_picture

__all__ = ["built_and_run", "copied", "printed", "reference", "zoo"]

_EXAMPLES = Path(__file__).parents[2] / "examples"


def copied(example: str, network: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy an example with its network, made by this function, into the new current folder."""
    shutil.copytree(_EXAMPLES / example, folder, dirs_exist_ok=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ZOO_CACHE", str(folder / "cache"))
    onnx.save(runpy.run_path("make_network.py")[network](), f"{network}.onnx")
    return folder


def zoo(*words: str) -> str:
    """Return what a command prints."""
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def reference(network: str, photo: Path) -> dict[str, Any]:
    """Return what Python makes of a photo by the contract in the current folder."""
    contract = Contract.from_toml(Path("contract.toml"))
    frame = preprocess(contract, read_picture(photo))
    assert frame.input_chw is not None
    session = onnxruntime.InferenceSession(f"{network}.onnx", providers=["CPUExecutionProvider"])
    names = [tensor.name for tensor in contract.outputs]
    found = session.run(names, {contract.input.name: frame.input_chw[None]})
    return postprocess(contract, dict(zip(names, found, strict=True)), frame)


def built_and_run(network: str, photo: str) -> tuple[Mapping[str, Any], np.ndarray]:
    """Build the program for this PC; return its record of a photo, and the overlay's pixels."""
    words = ("--contract", "contract.toml", "--target", "x86", "--quant", "none")
    zoo("build", f"{network}.onnx", *words)
    bundle = f"dist/{network}.x86.none.tar.gz"
    command = [sys.executable, "-m", "zoo", "run", bundle, "--source", photo, "--overlay", "seen"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    with Image.open(Path("seen") / photo) as overlay:
        return json.loads(ran.stdout), np.asarray(overlay.convert("RGB")).astype(int)


def printed() -> Mapping[str, Any]:
    """Return the record that the README shows."""
    text = Path("README.md").read_text("utf-8")
    record: Mapping[str, Any] = json.loads(text.partition("```json\n")[2].partition("\n")[0])
    return record
