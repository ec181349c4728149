"""Building an engine by TensorRT's Python API: that of TensorRT-RTX, or of TensorRT 8.5 to 10."""

from types import ModuleType
from typing import Any

from compilers.tensorrt.engine import RUNTIMES, Engine
from compilers.tensorrt.gpu import Gpu
from compilers.tensorrt.layers import parse_layers
from compilers.tensorrt.log import keep_log
from zoo.errors import ToolchainError

__all__ = ["build_engine"]

_FLAGS = {"fp32": (), "fp16": ("FP16",), "int8": ("INT8",)}


def build_engine(trt: ModuleType, onnx: bytes, precision: str, gpu: Gpu) -> Engine:
    """Return the engine of an ONNX file of fixed shapes.

    trt: the module of the builder.  precision: as in compilers.tensorrt.network_file.
    Raises ToolchainError with what the builder said where it fails.
    """
    log = keep_log(trt)
    builder = trt.Builder(log)
    network = builder.create_network(_network_flags(trt, gpu))
    parser = trt.OnnxParser(network, log)
    if not parser.parse(onnx):
        found = (parser.get_error(index).desc() for index in range(parser.num_errors))
        raise _failure(trt, gpu, "does not read the network", [*found, *log.errors])
    plan = builder.build_serialized_network(network, _configure(trt, builder, precision, gpu))
    if plan is None:
        raise _failure(trt, gpu, "builds no engine", log.errors)
    layers = parse_layers("\n".join(log.lines))
    return Engine(bytes(plan), trt.__name__, _version(trt), layers)


def _network_flags(trt: ModuleType, gpu: Gpu) -> int:
    """Return the bits of those flags that the version still has."""
    wanted = ["EXPLICIT_BATCH", *(["STRONGLY_TYPED"] if gpu.typing == "strong" else [])]
    known = trt.NetworkDefinitionCreationFlag.__members__
    return sum(1 << int(known[name]) for name in wanted if name in known)


def _configure(trt: ModuleType, builder: Any, precision: str, gpu: Gpu) -> Any:  # noqa: ANN401
    """Return the settings: computed in the precision asked for and in no other."""
    config = builder.create_builder_config()
    config.profiling_verbosity = trt.ProfilingVerbosity.DETAILED
    config.clear_flag(trt.BuilderFlag.TF32)  # float32 with products of 11 bits
    if gpu.typing == "weak":
        for flag in _FLAGS[precision]:
            config.set_flag(getattr(trt.BuilderFlag, flag))
    if hasattr(config, "set_compute_capability"):
        config.num_compute_capabilities = 1
        config.set_compute_capability(_compute_capability(trt, gpu), 0)
    return config


def _compute_capability(trt: ModuleType, gpu: Gpu) -> Any:  # noqa: ANN401
    known = trt.ComputeCapability.__members__
    name = "SM" + gpu.compute_capability.replace(".", "")
    if name not in known:
        raise ToolchainError(
            f"{gpu.name}: {RUNTIMES[trt.__name__]} {_version(trt)} builds no engines for compute "
            f"capability {gpu.compute_capability} ({name}); it knows {', '.join(known)}: install "
            "a newer one"
        )
    return known[name]


def _failure(trt: ModuleType, gpu: Gpu, what: str, said: list[str]) -> ToolchainError:
    runtime = f"{RUNTIMES[trt.__name__]} {_version(trt)}"
    return ToolchainError(
        f"{gpu.name}: {runtime} {what} ({'; '.join(said) or 'it does not say why'}); "
        "`zoo show MODEL --target BOARD` shows what it takes, and a bundle without an engine is "
        f"built where {trt.__name__} is not installed"
    )


def _version(trt: ModuleType) -> str:
    """Return the first three numbers, which the runtime knows of itself."""
    return ".".join(trt.__version__.split(".")[:3])
