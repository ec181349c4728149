"""A stand-in for NVIDIA's Python module of TensorRT 8.5 to 10, which needs a GPU.

Its engine is a line of what was asked for, and the network; ONNX Runtime runs that. As a file named
tensorrt.py it is found in place of the real one.
"""

import ctypes
from enum import IntEnum
from types import SimpleNamespace

import numpy as np
import onnxruntime

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


class TensorIOMode(IntEnum):
    INPUT = 1
    OUTPUT = 2


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
        return memoryview(f"network {network.flags:b}, flags {flags}\n".encode() + network.onnx)


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


class Runtime:
    def __init__(self, logger):
        self.logger = logger

    def deserialize_cuda_engine(self, plan):
        asked, _, network = plan.partition(b"\n")
        if not asked.startswith(b"network "):
            self.logger.log(Severity.ERROR, "magic tag does not match")
            return None
        return Engine(network)


class Engine:
    def __init__(self, network):
        options = onnxruntime.SessionOptions()  # node by node: it fuses by other rules
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        self.session = onnxruntime.InferenceSession(
            network, options, providers=["CPUExecutionProvider"]
        )
        inputs, outputs = self.session.get_inputs(), self.session.get_outputs()
        self.tensors = {tensor.name: tuple(tensor.shape) for tensor in (*inputs, *outputs)}
        self.inputs = [tensor.name for tensor in inputs]
        self.num_io_tensors = len(self.tensors)

    def get_tensor_name(self, index):
        return list(self.tensors)[index]

    def get_tensor_shape(self, name):
        return self.tensors[name]

    def get_tensor_mode(self, name):
        return TensorIOMode.INPUT if name in self.inputs else TensorIOMode.OUTPUT

    def create_execution_context(self):
        return ExecutionContext(self)


class ExecutionContext:
    def __init__(self, engine):
        self.engine = engine
        self.addresses = {}

    def set_tensor_address(self, name, address):
        self.addresses[name] = address

    def execute_async_v3(self, stream):
        if stream != 0:
            return False
        feeds = {name: self._values(name).copy() for name in self.engine.inputs}
        outputs = [name for name in self.engine.tensors if name not in feeds]
        for name, values in zip(outputs, self.engine.session.run(outputs, feeds), strict=True):
            self._values(name)[...] = values
        return True

    def _values(self, name):
        shape = self.engine.tensors[name]
        memory = (ctypes.c_float * int(np.prod(shape))).from_address(self.addresses[name])
        return np.frombuffer(memory, np.float32).reshape(shape)
