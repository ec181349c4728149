"""The library at the border, linked with NVIDIA's own libraries: CUDA's, and TensorRT-RTX's.

None of them needs a GPU for what is tried here. TensorRT-RTX 1.7 has the interface of TensorRT 11,
whose headers are in no package: a folder of ZOO_TENSORRT_INCLUDES.
"""

import ctypes
import os
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import pytest
from tensorrt_machine import fixed_network

from codegen.templates import TEMPLATES

pytestmark = pytest.mark.toolchain
ADAPTER = TEMPLATES / "tensorrt" / "adapter"
RTX_VERSION = """\
#define TRT_MAJOR_RTX 1
#define NV_TENSORRT_MAJOR TRT_MAJOR_RTX
#define NV_TENSORRT_MINOR 7
#define NV_TENSORRT_PATCH 1
#define NV_TENSORRT_BUILD 116
"""


class Bytes(ctypes.Structure):
    _fields_ = (("data", ctypes.c_char_p), ("size", ctypes.c_size_t))


class Settings(ctypes.Structure):
    _fields_ = (("precision", ctypes.c_char_p), ("is_strongly_typed", ctypes.c_bool))


KEEP = ctypes.CFUNCTYPE(None, ctypes.c_void_p, Bytes)
FIND_GPU = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_char_p)
BUILD = ctypes.CFUNCTYPE(
    ctypes.c_char_p,
    ctypes.POINTER(Settings),
    Bytes,
    Bytes,
    KEEP,
    ctypes.c_void_p,
    ctypes.c_void_p,
)


def packaged(project, name):
    """Return a file of an installed package."""
    try:
        listed = files(project) or ()
    except PackageNotFoundError:
        pytest.skip(f"no {name}: pip install {project}")
    return Path(str(next(file for file in listed if file.match(name)).locate()))


@pytest.fixture(scope="module")
def border(tmp_path_factory):
    """The table of functions, made with TensorRT 11's headers under the number of TensorRT-RTX."""
    includes = [Path(p) for p in os.environ.get("ZOO_TENSORRT_INCLUDES", "").split(":") if p]
    newest = [path for path in includes if _is_eleven(path)]
    if not newest:
        pytest.skip("no headers of TensorRT 11: ZOO_TENSORRT_INCLUDES names folders of headers")
    folder = tmp_path_factory.mktemp("rtx")
    shutil.copytree(newest[0], folder / "include")
    (folder / "include" / "NvInferVersion.h").write_text(RTX_VERSION)
    libraries = [
        packaged("tensorrt-rtx-cu13-libs", "libtensorrt_rtx.so.1"),
        packaged("tensorrt-rtx-cu13-libs", "libtensorrt_onnxparser_rtx.so.1"),
        packaged("nvidia-cuda-runtime", "libcudart.so.*"),
    ]
    headers = packaged("nvidia-cuda-runtime", "cuda_runtime_api.h").parent
    command = ["g++", "-std=c++17", "-fPIC", "-shared", "-w", "-o", folder / "border.so"]
    command += [f"-I{TEMPLATES / part}" for part in ("tensorrt", "cpp")]
    command += ["-isystem", folder / "include", "-isystem", headers]
    command += [*sorted(ADAPTER.glob("*.cpp")), *libraries]
    command += [f"-Wl,-rpath,{library.parent}" for library in libraries]
    subprocess.run(command, check=True)
    library = ctypes.CDLL(str(folder / "border.so"))
    library.zoo_tensorrt_border.restype = ctypes.POINTER(ctypes.c_void_p)
    return library.zoo_tensorrt_border(1)


def _is_eleven(include):
    return "define TRT_MAJOR_ENTERPRISE 11" in (include / "NvInferVersion.h").read_text()


def test_the_driver_is_missed(border):
    if Path("/proc/driver/nvidia").exists():
        pytest.skip("a driver is here")
    failure = FIND_GPU(border[0])(b"\0" * 1024)
    assert failure.startswith(b"the NVIDIA driver is missing, or older than this CUDA needs;")


def built(border, onnx):
    """Return what went wrong, and the engine."""
    engines = []
    keep = KEEP(lambda _, made: engines.append(made.size))
    settings = Settings(b"fp32", True)
    failure = BUILD(border[1])(settings, Bytes(onnx, len(onnx)), Bytes(None, 0), keep, None, None)
    return failure, engines


def test_tensorrt_rtx_builds_an_engine(border, tmp_path):
    failure, (size,) = built(border, fixed_network(tmp_path / "model.onnx").read_bytes())
    assert failure is None
    assert size > 10_000


def test_tensorrt_rtx_says_what_it_does_not_read(border):
    failure, engines = built(border, b"no network")
    assert failure.startswith(b"TensorRT cannot read the network: ")
    assert engines == []
