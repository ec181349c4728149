"""GeForce RTX 50, NVIDIA's Blackwell generation, by TensorRT-RTX."""

from runtimes.nvidia import geforce_rtx

__all__ = ["TARGET"]

TARGET = geforce_rtx("rtx50", "PC with a GeForce RTX 50, by TensorRT-RTX", "12.0")
