"""The library at the border is compiled, not linked, against the headers of CUDA and TensorRT.

CUDA's are in two packages of PyPI (3 MB). TensorRT's are in none: ZOO_TENSORRT_INCLUDES names
folders of them, such as include of https://github.com/NVIDIA/TensorRT, one for each version.
"""

import os
import subprocess
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import pytest

from codegen.templates import TEMPLATES

pytestmark = pytest.mark.toolchain
SOURCES = sorted((TEMPLATES / "tensorrt" / "adapter").glob("*.cpp"))
STAND_IN = TEMPLATES / "stand_in" / "tensorrt"
INCLUDES = [Path(p) for p in os.environ.get("ZOO_TENSORRT_INCLUDES", "").split(":") if p]
PACKAGES = ("nvidia-cuda-runtime", "nvidia-cuda-crt")
COMPILERS = {"x86-64": "g++", "aarch64": "aarch64-linux-gnu-g++"}


@pytest.fixture(scope="module")
def cuda():
    """The folders of CUDA's headers."""
    try:
        listed = [file for name in PACKAGES for file in files(name) or ()]
    except PackageNotFoundError as error:
        pytest.skip(f"no CUDA headers: pip install {error.name}")
    header = next(file for file in listed if file.name == "cuda_runtime_api.h")
    crt = next(file for file in listed if file.match("crt/host_defines.h"))
    return {Path(str(header.locate())).parent, Path(str(crt.locate())).parents[1]}


def compile_all(compiler, folders):
    command = [compiler, "-std=c++17", "-fsyntax-only", "-Wall", "-Wextra", "-Wshadow", "-Werror"]
    command += ["-Wno-deprecated-declarations"]
    command += [f"-I{TEMPLATES / part}" for part in ("tensorrt", "cpp")]
    for folder in folders:
        command += ["-isystem", str(folder)]
    try:
        return subprocess.run(
            [*command, *SOURCES], capture_output=True, encoding="utf-8", check=False
        )
    except FileNotFoundError:
        pytest.skip(f"no {compiler}: scripts/toolchains mcu")


@pytest.mark.parametrize("machine", COMPILERS)
def test_headers_of_cuda(cuda, tmp_path, machine):
    # The stand-in's TensorRT without its CUDA.
    for name in ("NvInfer.h", "NvOnnxParser.h"):
        (tmp_path / name).symlink_to(STAND_IN / name)
    finished = compile_all(COMPILERS[machine], [tmp_path, *cuda])
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize("machine", COMPILERS)
@pytest.mark.parametrize("include", INCLUDES or [None], ids=str)
def test_headers_of_tensorrt(cuda, include, machine):
    if include is None:
        pytest.skip("no TensorRT headers: ZOO_TENSORRT_INCLUDES names folders of them")
    finished = compile_all(COMPILERS[machine], [include, *cuda])
    assert finished.returncode == 0, finished.stderr
