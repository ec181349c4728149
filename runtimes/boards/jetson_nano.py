"""NVIDIA Jetson Nano (2019), with TensorRT from JetPack 4.6."""

from runtimes.nvidia import OTHER_INTEGERS, gpu_rooflines
from zoo.target import Target

__all__ = ["TARGET"]

_NO_INT8 = (
    "its Maxwell GPU (compute capability 5.3) has no INT8 instructions, which came with 6.1; "
    "use fp16"
)

TARGET = Target(
    name="jetson-nano",
    summary="Jetson Nano, TensorRT 8.2 on its Maxwell GPU",
    compiler="tensorrt",
    executor="tensorrt",
    app="cpp-tensorrt-jetson",
    schemes={"none": "float32", "fp16": "float16"},
    refuses=dict.fromkeys(("ptq", "qat", "w8a8-sym", *OTHER_INTEGERS), _NO_INT8)
    | {"qdq": f"{_NO_INT8}, with the float file"},
    package="deb",
    facts={
        "architecture": "aarch64",
        "processor": "4 x Cortex-A57",
        "operating_system": "JetPack 4.6.1 or newer 4.6 (Ubuntu 18.04)",
        "glibc": "2.27",
        "runtime": "TensorRT 8.2",
        "compute_capability": "5.3",
        "precisions": ("fp32", "fp16"),
        "tensorrt": "8.2",
        "typing": "weak",
        "builders": ("tensorrt",),
        "engine": "built on the board",
        "dla": "none",
    },
    rooflines=gpu_rooflines(
        "its GPU at 921.6 MHz",
        {"float32": 118e9, "float16": 236e9},
        bytes_per_s=25.6e9,
        source="Jetson Nano data sheet: 472 GFLOPS in float16, 25.6 GB/s",
    ),
)
