"""Builds an engine: here with TensorRT's Python API, or with a script on the machine with the GPU.

The API is that of TensorRT-RTX, or of TensorRT 8.5 to 10; TensorRT's log is captured instead of
printed. The script build_engine.sh runs TensorRT's own trtexec.
"""

import hashlib
import json
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Protocol

from compilers.tensorrt.engine import (
    ENGINE,
    FACTS,
    ONNX,
    RUNTIMES,
    Engine,
    engine_facts,
    parse_layers,
)
from compilers.tensorrt.gpu import Gpu
from zoo import quoting
from zoo.errors import ToolchainError
from zoo.nvidia_gpu import find_gpu
from zoo.tool import Tool, install_extra

__all__ = [
    "SCRIPT",
    "TIMING_CACHE",
    "TOOLS",
    "Log",
    "build_engine",
    "build_here",
    "build_script",
    "gpu_is_here",
    "keep_log",
]

TOOLS = (
    Tool(
        "TensorRT-RTX",
        "module",
        ("tensorrt_rtx",),
        "building engines for GeForce RTX, without a GPU",
        install_extra("rtx"),
    ),
    Tool(
        "TensorRT",
        "module",
        ("tensorrt",),
        "building engines on a PC with the board's GPU",
        "pip install tensorrt, from NVIDIA",
    ),
    Tool(
        "NVIDIA GPU",
        "program",
        ("nvidia-smi",),
        "building engines with TensorRT itself, and comparing them with the reference",
        "install NVIDIA's driver",
        # The device's instead: an engine is built for one.
        asks_version=("--query-gpu=name,compute_cap", "--format=csv,noheader", "--id=0"),
    ),
)

_ERRORS = ("INTERNAL_ERROR", "ERROR")
_FLAGS = {"fp32": (), "fp16": ("FP16",), "int8": ("INT8",)}
_WITHOUT_GPU = "tensorrt_rtx"

SCRIPT = "build_engine.sh"
TIMING_CACHE = "timings.cache"
"""Timings of kernels, with which a second build on the same board measures nothing."""

_WITHOUT_MEMORY = ("8.2",)
"""Versions with a trtexec that limits scratch to 16 MB; later ones use all free memory."""

_WORDS = {"fp32": "", "fp16": " --fp16", "int8": " --int8"}

_TEMPLATE = """\
#!/bin/sh
# Builds {engine} from {onnx} on {board} (compute capability {capability}), by trtexec of
# TensorRT {tensorrt} or newer, and pins it in {facts}, by which the app knows that it may load it.
set -eu
cd "$(dirname "$0")"
PATH=$PATH:/usr/src/tensorrt/bin
command -v trtexec >/dev/null || {{
  echo "{script}: trtexec not found; install TensorRT, or put its folder on the PATH" >&2
  exit 3
}}
echo "{onnx_sha256}  {onnx}" | sha256sum --check --quiet -
trtexec --onnx={onnx} --saveEngine={engine}.new --timingCacheFile={cache} \
  {flags} >build.log 2>&1 || {{
  echo "{script}: trtexec failed, see build.log" >&2
  exit 3
}}

# Its first line names a number such as v8201 (8.2.1) or v100300 (10.3.0).
number=$(sed -n 's/.*\\[TensorRT v\\([0-9][0-9]*\\)\\].*/\\1/p' build.log | head -n 1)
number=${{number:?build.log names no version of TensorRT}}
if [ "$number" -ge 10000 ]; then
  version=$((number / 10000)).$((number / 100 % 100)).$((number % 100))
else
  version=$((number / 1000)).$((number / 100 % 10)).$((number % 100))
fi
mv {engine}.new {engine}
digest=$(sha256sum {engine} | cut -d " " -f 1)
cat >{facts} <<END
{pinned}
END
"""


class Log(Protocol):
    """A logger for TensorRT. lines: all messages; errors: only errors."""

    lines: list[str]
    errors: list[str]


def keep_log(trt: ModuleType) -> Log:
    """Return a logger; its base class is in the module."""
    base: Any = trt.ILogger

    class KeptLog(base):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.lines: list[str] = []
            self.errors: list[str] = []

        def log(self, severity: Any, message: str) -> None:  # noqa: ANN401
            self.lines.append(message)
            if severity.name in _ERRORS:
                self.errors.append(message)

    kept: Log = KeptLog()
    return kept


def gpu_is_here(compute_capability: str) -> bool:
    """Whether this machine's first GPU has the compute capability."""
    gpu = find_gpu()
    return gpu is not None and gpu.compute_capability == compute_capability


def build_engine(trt: ModuleType, onnx: bytes, precision: str, gpu: Gpu) -> Engine:
    """Return the engine of an ONNX file with fixed shapes.

    trt: the builder's module.  precision: as in compilers.tensorrt.network_file.
    Raises ToolchainError with the builder's messages if it fails.
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
    """Return the bits of the flags that the version still has."""
    wanted = ["EXPLICIT_BATCH", *(["STRONGLY_TYPED"] if gpu.typing == "strong" else [])]
    known = trt.NetworkDefinitionCreationFlag.__members__
    return sum(1 << int(known[name]) for name in wanted if name in known)


def _configure(trt: ModuleType, builder: Any, precision: str, gpu: Gpu) -> Any:  # noqa: ANN401
    """Return the settings: compute only in the requested precision."""
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
        f"{gpu.name}: {runtime} {what} ({'; '.join(said) or 'it gives no reason'}); `zoo show "
        "MODEL --target BOARD` shows what it takes, and a bundle without an engine is built where "
        f"{trt.__name__} is not installed"
    )


def _version(trt: ModuleType) -> str:
    """Return the first three numbers, as the runtime reports them."""
    return ".".join(trt.__version__.split(".")[:3])


def build_here(onnx: bytes, precision: str, gpu: Gpu) -> Engine | None:
    """Return the engine from the first builder that supports this GPU, None without one.

    TensorRT-RTX builds for any GPU, TensorRT only on the GPU itself.
    Raises ToolchainError if a builder is broken or fails.
    """
    for builder in gpu.builders:
        if find_spec(builder) and (builder == _WITHOUT_GPU or gpu_is_here(gpu.compute_capability)):
            return build_engine(_import(builder, gpu), onnx, precision, gpu)
    return None


def _import(builder: str, gpu: Gpu) -> ModuleType:
    """Return the module; raises ToolchainError if it is only partly installed."""
    try:
        return import_module(builder)
    except (ImportError, OSError, RuntimeError) as error:
        raise ToolchainError(
            f"{gpu.name}: the Python package '{builder}' is there, but cannot be imported "
            f"({error}); repair it, or uninstall it for a bundle without an engine"
        ) from error


def build_script(onnx: bytes, precision: str, gpu: Gpu) -> str:
    """Return the script; it needs ONNX beside it, and writes ENGINE and FACTS there."""
    filled = Engine(b"", "tensorrt", "$version")
    pinned = {**engine_facts(onnx, precision, gpu, filled), "engine_sha256": "$digest"}
    typed = " --stronglyTyped" if gpu.typing == "strong" else _WORDS[precision]
    return _TEMPLATE.format(
        board=quoting.comment(gpu.name),
        capability=gpu.compute_capability,
        tensorrt=gpu.tensorrt,
        script=SCRIPT,
        onnx=ONNX,
        onnx_sha256=hashlib.sha256(onnx).hexdigest(),
        engine=ENGINE,
        cache=TIMING_CACHE,
        flags=f"--noTF32{typed}{' --workspace=256' if gpu.tensorrt in _WITHOUT_MEMORY else ''}",
        facts=FACTS,
        pinned=json.dumps(pinned, indent=2),
    )
