"""The builder of engines that is at hand for a board, if any."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from compilers.tensorrt.build import build_engine
from compilers.tensorrt.device import gpu_is_here
from compilers.tensorrt.engine import Engine
from compilers.tensorrt.gpu import Gpu
from zoo.errors import ToolchainError
from zoo.tool import Tool

__all__ = ["TOOLS", "build_here"]

_WITHOUT_GPU = "tensorrt_rtx"

TOOLS = (
    Tool(
        "TensorRT-RTX",
        "module",
        ("tensorrt_rtx",),
        "building engines for GeForce RTX, without a GPU",
        "pip install 'edgezoo[rtx]'",
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
        "building engines by TensorRT itself, and running them against the reference",
        "install NVIDIA's driver",
        # Of the device instead: an engine is made for one.
        asks_version=("--query-gpu=name,compute_cap", "--format=csv,noheader", "--id=0"),
    ),
)


def build_here(onnx: bytes, precision: str, gpu: Gpu) -> Engine | None:
    """Return the engine by the first builder that can build for this GPU, None without one.

    TensorRT-RTX builds for a GPU that is elsewhere, TensorRT only on the GPU itself.
    Raises ToolchainError where a builder is broken, or fails.
    """
    for builder in gpu.builders:
        if find_spec(builder) and (builder == _WITHOUT_GPU or gpu_is_here(gpu.compute_capability)):
            return build_engine(_import(builder, gpu), onnx, precision, gpu)
    return None


def _import(builder: str, gpu: Gpu) -> ModuleType:
    """Return the module; raises ToolchainError where it is only half installed."""
    try:
        return import_module(builder)
    except (ImportError, OSError, RuntimeError) as error:
        raise ToolchainError(
            f"{gpu.name}: the Python package '{builder}' is there, but cannot be imported "
            f"({error}); repair it, or uninstall it for a bundle without an engine"
        ) from error
