"""GeForce RTX 40, NVIDIA's Ada generation, with TensorRT-RTX."""

from runtimes.nvidia import geforce_rtx

__all__ = ["TARGET"]

TARGET = geforce_rtx("rtx40", "PC with a GeForce RTX 40, TensorRT-RTX", "8.9")
