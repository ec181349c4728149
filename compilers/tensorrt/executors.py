"""Executors of TensorRT artifacts: ONNX Runtime on the CPU, and the engine itself on the GPU."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from compilers.tensorrt.engine import ENGINE, FACTS, RUNTIMES, Engine
from compilers.tensorrt.engine_run import CudaMemory, EngineRun
from zoo import registry
from zoo.errors import ToolchainError
from zoo.file_content import artifact_facts
from zoo.plugs import Executor, Feeds, Inspector, Run

__all__ = ["EXECUTOR", "GPU_EXECUTOR", "GpuExecutor", "TensorrtExecutor", "TensorrtRun"]

_RUNTIME = "onnxruntime-unoptimized"


class TensorrtExecutor(Inspector):
    """Runs the file that an engine is built from, in batches of the file's size.

    This is not TensorRT: ONNX Runtime without optimisations runs the file as written, node by node,
    so that nothing is fused by rules other than TensorRT's.
    """

    name = "tensorrt"
    stand_in = "ONNX Runtime for TensorRT"

    def load(self, folder: Path, main: str, threads: int = 1) -> "TensorrtRun":
        """Return a function that runs `main`; raises HubError if ONNX Runtime refuses it."""
        run = registry.load("executor", _RUNTIME).load(folder, main, threads)
        return TensorrtRun(run, _batch(folder / main))

    def load_inside(self, folder: Path, main: str, names: Sequence[str]) -> "TensorrtRun":
        """Return a function that runs `main` and returns those of these tensors that it has."""
        run = registry.load("executor", _RUNTIME).load_inside(folder, main, names)
        return TensorrtRun(run, _batch(folder / main))


class TensorrtRun:
    """A loaded network. batch: of the file."""

    def __init__(self, run: Run, batch: int) -> None:
        self._run, self._batch = run, batch

    def __call__(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the outputs by name. feeds: inputs by name, float32, batch first.

        Larger batches are run in parts of the file's size.
        Raises HubError for an input that is missing, unknown or of the wrong shape.
        """
        count = max((len(values) for values in feeds.values()), default=0)
        parts = [
            self._run({name: values[i : i + self._batch] for name, values in feeds.items()})
            for i in range(0, max(count, 1), self._batch)
        ]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _batch(file: Path) -> int:
    inputs = onnx.load(file).graph.input
    return max(int(inputs[0].type.tensor_type.shape.dim[0].dim_value), 1)


class GpuExecutor(Executor):
    """Runs the engine in TensorRT or TensorRT-RTX, whichever built it."""

    name = "tensorrt-gpu"

    def load(self, folder: Path, main: str, threads: int = 1) -> EngineRun:  # noqa: ARG002
        """Return a function that runs the engine beside `main`. threads: ignored, the CPU waits.

        Raises ToolchainError if there is no engine, runtime, driver or GPU for it.
        """
        facts = artifact_facts(folder / FACTS)
        modules = {runtime: module for module, runtime in RUNTIMES.items()}
        if facts["runtime"] not in modules:
            raise ToolchainError(
                f"{folder / main}: no engine was built from it; pip install tensorrt, from NVIDIA, "
                "on the machine with the GPU"
            )
        module = modules[facts["runtime"]]
        engine = Engine((folder / ENGINE).read_bytes(), module, facts["version"])
        return EngineRun(import_module(module), engine, CudaMemory())


EXECUTOR = TensorrtExecutor()
GPU_EXECUTOR = GpuExecutor()
