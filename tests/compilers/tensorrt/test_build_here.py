"""Which builder is taken, and when none is."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
import stand_in_tensorrt
from tensorrt_files import GPU

from compilers.tensorrt.build import build_here
from zoo.errors import ToolchainError

STAND_IN = Path(stand_in_tensorrt.__file__)
CLASSIC = replace(GPU, builders=("tensorrt",))


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
