"""Runs an engine on the GPU of this machine, by TensorRT's Python API of 8.5 or newer."""

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.tensorrt.cuda_memory import CudaMemory
from compilers.tensorrt.engine import Engine
from compilers.tensorrt.log import keep_log
from zoo.errors import ToolchainError
from zoo.plugs import Feeds

__all__ = ["EngineRun"]

_DEFAULT_STREAM = 0


class EngineRun:
    """A network on the GPU, with float32 inputs and outputs of fixed shapes."""

    def __init__(self, trt: ModuleType, engine: Engine, memory: CudaMemory) -> None:
        self._memory = memory
        self._log = keep_log(trt)
        self._runtime = trt.Runtime(self._log)
        self._engine = self._runtime.deserialize_cuda_engine(engine.content)
        if self._engine is None:
            raise self._failure(f"{engine.runtime} {engine.version} does not load its own engine")
        self._context = self._engine.create_execution_context()
        names = [self._engine.get_tensor_name(i) for i in range(self._engine.num_io_tensors)]
        self._shapes = {name: tuple(self._engine.get_tensor_shape(name)) for name in names}
        self._outputs = [
            n for n in names if self._engine.get_tensor_mode(n) == trt.TensorIOMode.OUTPUT
        ]
        self._places = {name: self._place(name) for name in names}

    def __call__(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the outputs by name. feeds: all inputs by name, of the engine's shapes."""
        for name, values in feeds.items():
            self._memory.upload(np.ascontiguousarray(values, np.float32), self._places[name])
        if not self._context.execute_async_v3(_DEFAULT_STREAM):
            raise self._failure("TensorRT cannot run the engine on this GPU")
        return {n: self._memory.download(self._places[n], self._shapes[n]) for n in self._outputs}

    def _failure(self, what: str) -> ToolchainError:
        said = "; ".join(self._log.errors) or "it does not say why"
        return ToolchainError(f"{what} ({said}); does nvidia-smi show free memory, a new driver?")

    def _place(self, name: str) -> int:
        size = int(np.prod(self._shapes[name])) * np.dtype(np.float32).itemsize
        address = self._memory.allocate(size)
        self._context.set_tensor_address(name, address)
        return address
