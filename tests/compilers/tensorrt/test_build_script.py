"""build_engine.sh, run with a stand-in for trtexec."""

import hashlib
import json
import subprocess
from dataclasses import replace

import pytest
from tensorrt_files import GPU

from compilers.tensorrt.build_script import SCRIPT, build_script
from compilers.tensorrt.engine import Engine, engine_facts

ONNX = b"a network"
NANO = replace(GPU, name="nano", compute_capability="5.3", tensorrt="8.2", typing="weak")
ORIN = replace(GPU, name="orin", compute_capability="8.7", tensorrt="8.5", typing="weak")
TRTEXEC = """\
#!/bin/sh
echo "&&&& RUNNING TensorRT.trtexec [TensorRT v{version}] # $0 $*"
for word; do
  case $word in --saveEngine=*) echo "$@" >"${{word#*=}}" ;; esac
done
exit {status}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder that holds what a bundle's does, and the program trtexec on the PATH."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    (tmp_path / "bin").mkdir()
    model = tmp_path / "model"
    model.mkdir()
    (model / "model.onnx").write_bytes(ONNX)
    (model / SCRIPT).write_text(build_script(ONNX, "fp16", NANO))
    return model


def _install(folder, version="8201", status=0):
    program = folder.parent / "bin" / "trtexec"
    program.write_text(TRTEXEC.format(version=version, status=status))
    program.chmod(0o755)


def _run(folder):
    return subprocess.run(["sh", str(folder / SCRIPT)], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("number", "version"), [("8201", "8.2.1"), ("8503", "8.5.3"), ("100300", "10.3.0")]
)
def test_it_pins_what_it_built(folder, number, version):
    _install(folder, number)
    run = _run(folder)
    assert (run.returncode, run.stderr) == (0, "")
    engine = Engine((folder / "model.engine").read_bytes(), "tensorrt", version)
    assert json.loads((folder / "engine.json").read_text()) == engine_facts(
        ONNX, "fp16", NANO, engine
    )


@pytest.mark.parametrize(
    ("gpu", "precision", "flags"),
    [
        (NANO, "fp32", ["--noTF32", "--workspace=256"]),
        (NANO, "fp16", ["--noTF32", "--fp16", "--workspace=256"]),
        (ORIN, "fp16", ["--noTF32", "--fp16"]),
        (ORIN, "int8", ["--noTF32", "--int8"]),
        (GPU, "int8", ["--noTF32", "--stronglyTyped"]),
    ],
)
def test_trtexec_is_told_the_precision(folder, gpu, precision, flags):
    _install(folder)
    (folder / SCRIPT).write_text(build_script(ONNX, precision, gpu))
    _run(folder)
    words = (folder / "model.engine").read_text().split()
    assert words[:3] == [
        "--onnx=model.onnx",
        "--saveEngine=model.engine.new",
        "--timingCacheFile=timings.cache",
    ]
    assert words[3:] == flags


def test_without_trtexec_it_says_what_to_do(folder):
    run = _run(folder)
    assert run.returncode == 3
    assert "trtexec not found; install TensorRT, or put its folder on the PATH" in run.stderr


def test_another_network_is_refused(folder):
    _install(folder)
    (folder / "model.onnx").write_bytes(b"another")
    assert _run(folder).returncode != 0
    assert not (folder / "model.engine").exists()


def test_a_build_that_fails_leaves_the_old_engine(folder):
    _install(folder)
    _run(folder)
    before = hashlib.sha256((folder / "model.engine").read_bytes()).hexdigest()
    _install(folder, status=1)
    run = _run(folder)
    assert run.returncode == 3
    assert "trtexec failed, see build.log" in run.stderr
    assert hashlib.sha256((folder / "model.engine").read_bytes()).hexdigest() == before


def test_a_version_that_is_not_told_is_an_error(folder):
    _install(folder, version="unknown")
    run = _run(folder)
    assert run.returncode != 0
    assert "build.log names no version of TensorRT" in run.stderr
