"""A stand-in for NVIDIA's Python module of TensorRT 8.5 to 10, which needs a GPU: its builder only.

Its engine is a text of what it was asked for. As a file named tensorrt.py it is found in place of
the real one.
"""

from enum import IntEnum
from types import SimpleNamespace

__version__ = "10.3.0.26"

ProfilingVerbosity = SimpleNamespace(DETAILED="detailed")


class NetworkDefinitionCreationFlag(IntEnum):
    EXPLICIT_BATCH = 0
    STRONGLY_TYPED = 1


class BuilderFlag(IntEnum):
    FP16 = 0
    INT8 = 1
    TF32 = 7


class Severity(IntEnum):
    ERROR = 1
    VERBOSE = 4


class ILogger:
    pass


class BuilderConfig:
    def __init__(self):
        self.flags = {BuilderFlag.TF32}

    def set_flag(self, flag):
        self.flags.add(flag)

    def clear_flag(self, flag):
        self.flags.discard(flag)


class Builder:
    def __init__(self, logger):
        self.logger = logger

    def create_network(self, flags):
        return SimpleNamespace(flags=flags, onnx=b"")

    def create_builder_config(self):
        return BuilderConfig()

    def build_serialized_network(self, network, config):
        if network.onnx == b"too large":
            self.logger.log(Severity.ERROR, "out of memory")
            return None
        self.logger.log(Severity.VERBOSE, "done")
        flags = ",".join(sorted(flag.name for flag in config.flags))
        return memoryview(f"network {network.flags:b}, flags {flags}".encode())


class OnnxParser:
    def __init__(self, network, _logger):
        self.network = network
        self.num_errors = 0

    def parse(self, content):
        self.network.onnx = content
        self.num_errors = int(content == b"unknown")
        return not self.num_errors

    def get_error(self, _index):
        return SimpleNamespace(desc=lambda: "no importer for Einsum")
