"""GeForce RTX 4060, with TensorRT-RTX; its engine runs on every GeForce RTX 40."""

from runtimes.nvidia import geforce_rtx

__all__ = ["TARGET"]

TARGET = geforce_rtx("rtx4060", "PC with a GeForce RTX 4060, TensorRT-RTX", "8.9")
