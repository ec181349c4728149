"""The apps of NVIDIA's GPUs: of PCs, and of Jetsons."""

from functools import partial

from codegen.app import App
from codegen.apps.runtime_parts import ONNXRUNTIME_ARM, onnxruntime_file
from codegen.companions import TEXTS
from codegen.machines import JETSON, PC
from codegen.packages.debian import DebianSettings
from codegen.sources import CppBackend
from codegen.tensorrt import StandInTensorRt, adapter_sources
from codegen.toolchain import LinuxToolchain
from codegen.wheels import wheel_library

__all__ = ["CPP_TENSORRT", "CPP_TENSORRT_JETSON"]

_PC, _JETSON = LinuxToolchain(PC), LinuxToolchain(JETSON)
_TENSORRT = CppBackend(
    "tensorrt",
    links_reason=(
        "Only the C library is needed; TensorRT is reached through a library built on the board."
    ),
    beside=adapter_sources,
)
_TENSORRT_TEXTS = {
    **TEXTS,
    "README.md": "bundle/tensorrt/README.md.j2",
    "install.sh": "bundle/tensorrt/install.sh.j2",
}

# On a Linux older than the one Zig targets, install.sh compiles the program again.
CPP_TENSORRT = App(
    "cpp-tensorrt",
    _TENSORRT,
    _PC,
    prepare=StandInTensorRt(_PC, onnxruntime_file),
    texts=_TENSORRT_TEXTS,
    stand_in="stand-in TensorRT",
    takes_signals=True,
    takes_detectors=True,
)

CPP_TENSORRT_JETSON = App(
    "cpp-tensorrt-jetson",
    _TENSORRT,
    _JETSON,
    # The oldest TensorRT of a Jetson.
    prepare=StandInTensorRt(_JETSON, partial(wheel_library, ONNXRUNTIME_ARM), (8, 2)),
    texts=_TENSORRT_TEXTS,
    packages={
        "deb": DebianSettings(
            templates="tensorrt/debian",
            runtime="TensorRT",
            processor="the GPU",
            depends="libc6 (>= 2.27), g++, libnvinfer-dev, libnvonnxparsers-dev",
            # Of JetPack 4.6, 5.1 and 6.
            recommends="cuda-cudart-dev-10-2 | cuda-cudart-dev-11-4 | cuda-cudart-dev-12-6",
            options="--source /dev/video0 --power board",
        )
    },
    stand_in=f"stand-in TensorRT, emulated {JETSON.cpu}",
    stand_in_differs="integers as float32, summed in another order",
    takes_signals=True,
    takes_detectors=True,
)
