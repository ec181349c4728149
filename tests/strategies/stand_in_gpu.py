"""A stand-in for a GPU with TensorRT: the driver's library, and the Python module."""

import subprocess
from pathlib import Path

import pytest
import stand_in_tensorrt

from compilers.tensorrt import build, engine_run, executors
from compilers.tensorrt.engine_run import CudaMemory

__all__ = ["build_driver", "install_gpu"]


def build_driver(folder: Path) -> str:
    """Return the path of the stand-in for libcuda, compiled into `folder`."""
    source = Path(stand_in_tensorrt.__file__).with_name("stand_in_cuda.c")
    built = folder / "libcuda.so.1"
    command = ["cc", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", built, source]
    subprocess.run(command, check=True)
    return str(built)


def install_gpu(monkeypatch: pytest.MonkeyPatch, driver: str) -> None:
    """Let the back end find TensorRT, not TensorRT-RTX, and a GPU of any compute capability."""
    monkeypatch.setattr(stand_in_tensorrt, "__name__", "tensorrt")
    monkeypatch.setattr(build, "find_spec", lambda name: name == "tensorrt")
    for module in (build, engine_run):
        monkeypatch.setattr(module, "gpu_is_here", lambda _: True)
    for module in (build, engine_run, executors):
        monkeypatch.setattr(module, "import_module", lambda _: stand_in_tensorrt)
    for module in (engine_run, executors):
        monkeypatch.setattr(module, "CudaMemory", lambda: CudaMemory(driver))
