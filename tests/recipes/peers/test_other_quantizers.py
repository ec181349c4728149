"""Other quantizers run in environments of their own."""

import sys
from pathlib import Path

import numpy as np
import pytest

from recipes.peers import other_quantizers
from recipes.peers.other_quantizers import SCRIPTS, quantize_elsewhere
from zoo.errors import ToolchainError

INPUTS = np.zeros((2, 3, 4, 4), np.float32)


def test_each_has_a_script():
    folder = Path(other_quantizers.__file__).parent
    assert all((folder / script).is_file() for script, *_ in SCRIPTS.values())


@pytest.mark.parametrize("name", SCRIPTS)
def test_an_environment_without_the_package_is_told_with_what_is_missing(tmp_path, name):
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    python.chmod(0o755)
    with pytest.raises(ToolchainError, match=rf"^{name}: .*failed; .*\n(.*\n)*ModuleNotFoundError"):
        quantize_elsewhere(name, python, tmp_path / "float.onnx", INPUTS, tmp_path / "out.onnx")


def test_a_python_that_is_not_there(tmp_path):
    with pytest.raises(ToolchainError, match=r"^nncf: .*/none cannot be started \(No such file"):
        quantize_elsewhere(
            "nncf", tmp_path / "none", tmp_path / "f.onnx", INPUTS, tmp_path / "out.onnx"
        )


def test_the_script_gets_hub_inputs_and_output(tmp_path):
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\ncp "$3" "$4"\n')
    python.chmod(0o755)
    out = tmp_path / "out.onnx"
    assert quantize_elsewhere("nncf", python, tmp_path / "f.onnx", INPUTS, out) >= 0
    np.testing.assert_array_equal(np.load(out), INPUTS)
