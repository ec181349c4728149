"""GeForce RTX 30, NVIDIA's Ampere generation, with TensorRT-RTX."""

from runtimes.nvidia import geforce_rtx

__all__ = ["TARGET"]

TARGET = geforce_rtx("rtx30", "PC with a GeForce RTX 30, TensorRT-RTX", "8.6")
