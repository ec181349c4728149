"""GeForce RTX 50, NVIDIA's Blackwell generation, with TensorRT-RTX."""

from runtimes.nvidia import geforce_rtx

__all__ = ["TARGET"]

TARGET = geforce_rtx("rtx50", "PC with a GeForce RTX 50, TensorRT-RTX", "12.0")
