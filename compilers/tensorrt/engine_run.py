"""Runs an engine on the GPU of this machine, and compares it with the reference.

It uses TensorRT's Python API of 8.5 or newer. Memory comes from the driver, so no CUDA package is
needed: NVIDIA's "CUDA Driver API", chapters on initialization, primary contexts and memory.
"""

import ctypes
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.reference import run_graph
from compilers.tensorrt.build import gpu_is_here, keep_log
from compilers.tensorrt.engine import Engine
from compilers.tensorrt.gpu import Gpu
from zoo.artifact import Exactness
from zoo.errors import ToolchainError, VerifyError
from zoo.fixed_batch import fix_batch
from zoo.graph import Graph
from zoo.plugs import Feeds, Run
from zoo.proof.comparison import compare, output_scales

__all__ = ["CudaMemory", "EngineRun", "check_engine", "check_on_gpu"]

_LIBRARY = "libcuda.so.1"


class CudaMemory:
    """Buffers on the GPU, with the lifetime of this object."""

    def __init__(self, library: str = _LIBRARY) -> None:
        self._buffers: list[int] = []
        try:
            self._driver = ctypes.CDLL(library)
        except OSError as error:
            raise ToolchainError(
                f"{library}: cannot be loaded ({error}); install NVIDIA's driver"
            ) from error
        device, context = ctypes.c_int(), ctypes.c_void_p()
        self._call("cuInit", 0)
        self._call("cuDeviceGet", ctypes.byref(device), 0)
        # CUDA's runtime uses the same context, so TensorRT finds the buffers in it.
        self._call("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
        self._call("cuCtxSetCurrent", context)

    def allocate(self, size_bytes: int) -> int:
        """Return the address of a new buffer."""
        address = ctypes.c_uint64()
        self._call("cuMemAlloc_v2", ctypes.byref(address), ctypes.c_size_t(size_bytes))
        self._buffers.append(address.value)
        return address.value

    def upload(self, values: NDArray[Any], address: int) -> None:
        """Copy a contiguous array to the GPU."""
        source, size = ctypes.c_void_p(values.ctypes.data), ctypes.c_size_t(values.nbytes)
        self._call("cuMemcpyHtoD_v2", ctypes.c_uint64(address), source, size)

    def download(self, address: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """Return float32 values from the GPU, after all earlier work is done."""
        values = np.empty(shape, np.float32)
        self._call("cuCtxSynchronize")
        target, size = ctypes.c_void_p(values.ctypes.data), ctypes.c_size_t(values.nbytes)
        self._call("cuMemcpyDtoH_v2", target, ctypes.c_uint64(address), size)
        return values

    def __del__(self) -> None:
        for address in self._buffers:
            self._driver.cuMemFree_v2(ctypes.c_uint64(address))

    def _call(self, name: str, *arguments: Any) -> None:  # noqa: ANN401 (of ctypes)
        status = getattr(self._driver, name)(*arguments)
        if status != 0:
            raise ToolchainError(
                f"{_LIBRARY}: {name} failed with CUDA's error {status}; does nvidia-smi show a GPU "
                "with free memory?"
            )


_DEFAULT_STREAM = 0


class EngineRun:
    """A network on the GPU, with float32 inputs and outputs of fixed shapes."""

    def __init__(self, trt: ModuleType, engine: Engine, memory: CudaMemory) -> None:
        self._memory = memory
        self._log = keep_log(trt)
        self._runtime = trt.Runtime(self._log)
        self._engine = self._runtime.deserialize_cuda_engine(engine.content)
        if self._engine is None:
            raise self._failure(f"{engine.runtime} {engine.version} cannot load its own engine")
        self._context = self._engine.create_execution_context()
        names = [self._engine.get_tensor_name(i) for i in range(self._engine.num_io_tensors)]
        self._shapes = {name: tuple(self._engine.get_tensor_shape(name)) for name in names}
        self._outputs = [
            n for n in names if self._engine.get_tensor_mode(n) == trt.TensorIOMode.OUTPUT
        ]
        self._places = {name: self._place(name) for name in names}

    def __call__(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the outputs by name. feeds: all inputs by name, in the engine's shapes."""
        for name, values in feeds.items():
            self._memory.upload(np.ascontiguousarray(values, np.float32), self._places[name])
        if not self._context.execute_async_v3(_DEFAULT_STREAM):
            raise self._failure("TensorRT cannot run the engine on this GPU")
        return {n: self._memory.download(self._places[n], self._shapes[n]) for n in self._outputs}

    def _failure(self, what: str) -> ToolchainError:
        said = "; ".join(self._log.errors) or "it gives no reason"
        return ToolchainError(f"{what} ({said}); does nvidia-smi show free memory, a new driver?")

    def _place(self, name: str) -> int:
        size = int(np.prod(self._shapes[name])) * np.dtype(np.float32).itemsize
        address = self._memory.allocate(size)
        self._context.set_tensor_address(name, address)
        return address


_SAMPLES = 8


def check_on_gpu(graph: Graph, engine: Engine, gpu: Gpu, exactness: Exactness) -> str:
    """Return the result as a note, '' if the GPU is not present.

    Raises VerifyError if the engine exceeds its bound.
    """
    if not gpu_is_here(gpu.compute_capability):
        return ""
    run = EngineRun(import_module(engine.module), engine, CudaMemory())
    return check_engine(graph, run, f"{engine.runtime} {engine.version}", exactness)


def check_engine(graph: Graph, run: Run, where: str, exactness: Exactness) -> str:
    """Compare a network with the reference on random inputs, normalised pixels for images.

    On inputs that are not pictures, a step of one layer may rarely become many at the output; a
    wrong engine is far off on most inputs. So the median of their largest differences decides.
    Raises VerifyError if that exceeds `exactness`.
    """
    fixed = fix_batch(graph)
    feeds = [_random_feeds(fixed, seed) for seed in range(_SAMPLES)]
    wanted = [run_graph(fixed, feed) for feed in feeds]
    found = [run(feed) for feed in feeds]
    scales = output_scales(graph)
    checks = [
        compare("reference -> engine", [one], [other], exactness, scales)
        for one, other in zip(wanted, found, strict=True)
    ]
    check = sorted(checks, key=lambda each: each.largest)[_SAMPLES // 2]
    if not check.holds:
        raise VerifyError(
            f"{where}: its engine of graph '{graph.name}' is {check.largest:.4g} {check.unit} off "
            f"the reference, allowed: {check.allowed}; report it with both versions"
        )
    return (
        f"run on this machine's GPU by {where}: at most {check.largest:.4g} {check.unit} off the "
        f"reference, as the median of {_SAMPLES} random inputs"
    )


def _random_feeds(graph: Graph, seed: int) -> Feeds:
    random = np.random.default_rng(seed)
    shapes = {name: [int(size) for size in graph.tensors[name].shape] for name in graph.inputs}
    return {name: random.uniform(-1, 1, s).astype(np.float32) for name, s in shapes.items()}
