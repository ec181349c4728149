"""Plugins of this room, found in its folders, so that a new file is enough."""

import pkgutil
from importlib import import_module
from pathlib import Path

from compilers import ops, schemes
from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl

__all__: list[str] = []

_HERE = Path(__file__).parent
_FUNCTIONS = (
    *("abs", "cos", "erf", "exp", "log", "mish", "reciprocal", "sin", "softplus", "softsign"),
    "sqrt",
)
"""In compilers/ops/functions.py, which imports numpy."""


@hookimpl
def register_ops() -> list[Descriptor]:
    """Every module of `compilers/ops`, and each function in its functions.py."""
    modules = {module.name for module in pkgutil.iter_modules(ops.__path__)} - {"functions"}
    targets = {name: f"compilers.ops.{name}:OP" for name in modules}
    targets |= {name: f"compilers.ops.functions:{name.upper()}" for name in _FUNCTIONS}
    return [Descriptor(name, targets[name]) for name in sorted(targets)]


@hookimpl
def register_lowerings() -> list[Descriptor]:
    """The entries of each back end's `lowerings.py`."""
    folders = sorted(path.parent.name for path in _HERE.glob("*/lowerings.py"))
    return [
        Descriptor(f"{folder}/{op}", f"compilers.{folder}.{target}")
        for folder in folders
        for op, target in import_module(f"compilers.{folder}.lowerings").LOWERINGS.items()
    ]


@hookimpl
def register_formats() -> list[Descriptor]:
    """The hub."""
    return [Descriptor("onnx", "compilers.hub:HUB")]


@hookimpl
def register_importers() -> list[Descriptor]:
    """Every folder with an `importer.py`."""
    folders = sorted(path.parent.name for path in _HERE.glob("*/importer.py"))
    return [Descriptor(name, f"compilers.{name}.importer:IMPORTER") for name in folders]


@hookimpl
def register_schemes() -> list[Descriptor]:
    """Every scheme listed in `compilers/schemes.py`."""
    return [
        Descriptor(getattr(schemes, constant).name, f"compilers.schemes:{constant}")
        for constant in schemes.__all__
    ]


@hookimpl
def register_pruners() -> list[Descriptor]:
    """The removal of whole channels."""
    return [Descriptor("channels", "compilers.prune.pruner:PRUNER")]


@hookimpl
def register_quantizers() -> list[Descriptor]:
    """Quantizers: post-training, quantization-aware training, AMD's, and for quantized files."""
    return [
        Descriptor("nndct", "compilers.quantize.nndct.quantizer:QUANTIZER"),
        Descriptor("ptq", "compilers.quantize.ptq:QUANTIZER"),
        Descriptor("qat", "compilers.quantize.qat.quantizer:QUANTIZER"),
        Descriptor("qdq", "compilers.quantize.refit:QUANTIZER"),
    ]


@hookimpl
def register_compilers() -> list[Descriptor]:
    """Every folder with a `compiler.py`."""
    folders = sorted(path.parent.name for path in _HERE.glob("*/compiler.py"))
    return [Descriptor(name, f"compilers.{name}.compiler:COMPILER") for name in folders]


@hookimpl
def register_describers() -> list[Descriptor]:
    """Every folder with a `describe.py`."""
    folders = sorted(path.parent.name for path in _HERE.glob("*/describe.py"))
    return [Descriptor(name, f"compilers.{name}.describe:DESCRIBER") for name in folders]


@hookimpl
def register_executors() -> list[Descriptor]:
    """Executors of the Graph itself, of TensorRT's input, an .xmodel, a .kmodel; GPUs; PyTorch."""
    return [
        Descriptor("ai8x", "compilers.ai8x.executor:EXECUTOR"),
        Descriptor("kmodel", "compilers.kmodel.executor:EXECUTOR"),
        Descriptor("reference", "compilers.reference_executor:EXECUTOR"),
        Descriptor("tensorrt", "compilers.tensorrt.executors:EXECUTOR"),
        Descriptor("tensorrt-gpu", "compilers.tensorrt.executors:GPU_EXECUTOR"),
        Descriptor("torch-cpu", "compilers.torch_executor:CPU_FLOAT32"),
        Descriptor("torch-cpu-bf16", "compilers.torch_executor:CPU_BFLOAT16"),
        Descriptor("torch-cuda", "compilers.torch_executor:CUDA_FLOAT32"),
        Descriptor("torch-cuda-fp16", "compilers.torch_executor:CUDA_FLOAT16"),
        Descriptor("xmodel", "compilers.xmodel.executor:EXECUTOR"),
        Descriptor("xmodel_tail", "compilers.xmodel_tail.executor:EXECUTOR"),
    ]
