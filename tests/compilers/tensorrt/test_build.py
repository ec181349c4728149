"""Building engines: stand-ins for TensorRT's Python module and for trtexec take the calls."""

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import stand_in_tensorrt as tensorrt
from tensorrt_files import GPU

from compilers.tensorrt.build import SCRIPT, build_engine, build_here, build_script
from compilers.tensorrt.engine import Engine, engine_facts
from zoo.errors import ToolchainError

STAND_IN = Path(tensorrt.__file__)
CLASSIC = replace(GPU, builders=("tensorrt",))
WEAK = replace(GPU, typing="weak")
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


@pytest.fixture(autouse=True)
def _named_as_the_real_one(monkeypatch):
    monkeypatch.setattr(tensorrt, "__name__", "tensorrt")


@pytest.mark.parametrize(("precision", "flags"), [("fp32", ""), ("fp16", "FP16"), ("int8", "INT8")])
def test_a_weakly_typed_network_is_built_by_flags_and_never_in_tf32(precision, flags):
    engine = build_engine(tensorrt, b"onnx", precision, WEAK)
    assert engine.content == f"network 1, flags {flags}\nonnx".encode()


def test_a_strongly_typed_network_says_it_all_itself():
    assert build_engine(tensorrt, b"onnx", "fp16", GPU).content == b"network 11, flags \nonnx"


def test_an_engine_knows_its_runtime_by_three_numbers():
    engine = build_engine(tensorrt, b"onnx", "fp16", GPU)
    assert (engine.runtime, engine.version, engine.layers) == ("TensorRT", "10.3.0", ())


def test_what_the_parser_says_is_told():
    with pytest.raises(
        ToolchainError,
        match=r"^gpu: TensorRT 10\.3\.0 does not read the network \(no importer for Einsum\); "
        r"`zoo show MODEL --target BOARD` shows what it takes",
    ):
        build_engine(tensorrt, b"unknown", "fp16", GPU)


def test_what_the_builder_says_is_told():
    with pytest.raises(
        ToolchainError, match=r"^gpu: TensorRT 10\.3\.0 builds no engine \(out of memory\); "
    ):
        build_engine(tensorrt, b"too large", "fp16", GPU)


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return install(compute_capability): the stand-in for TensorRT, and a GPU, '' for none."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "tensorrt", raising=False)
    (tmp_path / "tensorrt.py").write_bytes(STAND_IN.read_bytes())

    def add_gpu(compute_capability: str) -> None:
        program = tmp_path / "nvidia-smi"
        program.write_text(f"#!/bin/sh\necho {compute_capability}, 580.1, GPU\n")
        program.chmod(0o755)

    return add_gpu


def test_without_a_builder_there_is_no_engine():
    assert build_here(b"onnx", "fp16", GPU) is None


@pytest.mark.usefixtures("install")
def test_tensorrt_without_a_gpu_builds_nothing():
    assert build_here(b"onnx", "fp16", CLASSIC) is None


def test_tensorrt_builds_on_that_gpu(install):
    install("8.9")
    engine = build_here(b"onnx", "fp16", CLASSIC)
    assert engine is not None
    assert engine.runtime == "TensorRT"


def test_tensorrt_builds_for_no_other_gpu(install):
    install("8.6")
    assert build_here(b"onnx", "fp16", CLASSIC) is None


def test_a_builder_that_is_half_installed_is_named(install, tmp_path):
    install("8.9")
    (tmp_path / "tensorrt.py").write_text("raise ImportError('libnvinfer.so.10: no such file')")
    with pytest.raises(
        ToolchainError,
        match=r"^gpu: the Python package 'tensorrt' is there, but cannot be imported "
        r"\(libnvinfer\.so\.10: no such file\); repair it, or uninstall it",
    ):
        build_here(b"onnx", "fp16", CLASSIC)


def test_a_driver_that_fails_is_no_gpu(install, tmp_path):
    install("8.9")
    (tmp_path / "nvidia-smi").write_text("#!/no/such/shell\n")
    assert build_here(b"onnx", "fp16", CLASSIC) is None


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


def _install_trtexec(folder, version="8201", status=0):
    program = folder.parent / "bin" / "trtexec"
    program.write_text(TRTEXEC.format(version=version, status=status))
    program.chmod(0o755)


def _run(folder):
    return subprocess.run(["sh", str(folder / SCRIPT)], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("number", "version"), [("8201", "8.2.1"), ("8503", "8.5.3"), ("100300", "10.3.0")]
)
def test_the_script_pins_what_it_built(folder, number, version):
    _install_trtexec(folder, number)
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
    _install_trtexec(folder)
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
    _install_trtexec(folder)
    (folder / "model.onnx").write_bytes(b"another")
    assert _run(folder).returncode != 0
    assert not (folder / "model.engine").exists()


def test_a_build_that_fails_leaves_the_old_engine(folder):
    _install_trtexec(folder)
    _run(folder)
    before = hashlib.sha256((folder / "model.engine").read_bytes()).hexdigest()
    _install_trtexec(folder, status=1)
    run = _run(folder)
    assert run.returncode == 3
    assert "trtexec failed, see build.log" in run.stderr
    assert hashlib.sha256((folder / "model.engine").read_bytes()).hexdigest() == before


def test_a_version_that_is_not_told_is_an_error(folder):
    _install_trtexec(folder, version="unknown")
    run = _run(folder)
    assert run.returncode != 0
    assert "build.log names no version of TensorRT" in run.stderr
