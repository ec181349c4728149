"""Executor 'tensorrt-gpu': runs the engine of a TensorRT artifact on this machine's GPU."""

import json
from importlib import import_module
from pathlib import Path

from compilers.tensorrt.engine import ENGINE, FACTS, RUNTIMES, Engine
from compilers.tensorrt.engine_run import CudaMemory, EngineRun
from zoo.errors import ToolchainError
from zoo.plugs import Executor

__all__ = ["EXECUTOR", "GpuExecutor"]


class GpuExecutor(Executor):
    """TensorRT or TensorRT-RTX, whichever built the engine."""

    name = "tensorrt-gpu"

    def load(self, folder: Path, main: str, threads: int = 1) -> EngineRun:  # noqa: ARG002
        """Return a function that runs the engine beside `main`. threads: of the CPU, which waits.

        Raises ToolchainError where there is no engine, runtime, driver or GPU for it.
        """
        facts = json.loads((folder / FACTS).read_text("utf-8"))
        modules = {runtime: module for module, runtime in RUNTIMES.items()}
        if facts["runtime"] not in modules:
            raise ToolchainError(
                f"{folder / main}: no engine was built from it; pip install tensorrt, from NVIDIA, "
                "on the machine with the GPU"
            )
        module = modules[facts["runtime"]]
        engine = Engine((folder / ENGINE).read_bytes(), module, facts["version"])
        return EngineRun(import_module(module), engine, CudaMemory())


EXECUTOR = GpuExecutor()
