"""NVIDIA Jetson Orin Nano, Orin NX and AGX Orin, with TensorRT from JetPack 5.1 or 6."""

from runtimes.nvidia import INTEGER_SCHEMES, OTHER_INTEGERS, gpu_rooflines
from zoo.target import Target

__all__ = ["TARGET"]

TARGET = Target(
    name="jetson-orin",
    summary="Jetson Orin Nano, NX or AGX, TensorRT on its Ampere GPU",
    compiler="tensorrt",
    executor="tensorrt",
    app="cpp-tensorrt-jetson",
    schemes=INTEGER_SCHEMES,
    refuses=OTHER_INTEGERS,
    package="deb",
    facts={
        "architecture": "aarch64",
        "processor": "6, 8 or 12 x Cortex-A78AE",
        "operating_system": "JetPack 5.1 (Ubuntu 20.04) or 6 (Ubuntu 22.04)",
        "glibc": "2.31",
        "runtime": "TensorRT 8.5 to 10.3",
        "compute_capability": "8.7",
        "precisions": ("fp32", "fp16", "int8"),
        "tensorrt": "8.5",
        "typing": "weak",
        "builders": ("tensorrt",),
        "engine": "built on the board",
        "dla": "of Orin NX and AGX Orin, not used: it takes int8 by calibration, not by Q/DQ",
    },
    rooflines=gpu_rooflines(
        "the GPU of an Orin Nano 8GB at 625 MHz",
        {"float32": 0.64e12, "float16": 5e12, "int8": 10e12},
        bytes_per_s=68e9,
        source="Jetson Orin Nano data sheet: 40 TOPS of sparse int8 are 20 of dense, 68 GB/s",
    ),
)
