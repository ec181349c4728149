"""GeForce RTX 4060, with TensorRT-RTX; its engine runs on every GeForce RTX 40."""

from runtimes.nvidia import geforce_rtx, gpu_rooflines

__all__ = ["TARGET"]

TARGET = geforce_rtx(
    "rtx4060",
    "PC with a GeForce RTX 4060, TensorRT-RTX",
    "8.9",
    gpu_rooflines(
        "its GPU at 2.46 GHz",
        {"float32": 7.55e12, "float16": 30.2e12, "int8": 60.4e12},
        bytes_per_s=272e9,
        source=(
            "NVIDIA's specification: 3,072 cores, 242 TOPS of sparse int8 are 121 of dense and "
            "half as many in float16, 272 GB/s"
        ),
    ),
)
