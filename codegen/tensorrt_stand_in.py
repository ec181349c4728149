"""TensorRT's stand-in: the library at the app's border to it, compiled with headers of our own.

Behind them ONNX Runtime computes, node by node, on the CPU.
"""

from collections.abc import Sequence
from pathlib import Path

from codegen.compiler_call import call_compiler
from codegen.templates import TEMPLATES
from zoo import steps

__all__ = ["LIBRARY", "build_stand_in"]

LIBRARY = "libzoo_tensorrt.so"
_STAND_IN = TEMPLATES / "stand_in" / "tensorrt"
_ADAPTER = TEMPLATES / "tensorrt"
_CPP = TEMPLATES / "cpp"
_STEPS = Path(steps.__path__[0])
_CORE = ("files", "shared_library", "tensor_spec")


def build_stand_in(out: Path, compiler: Sequence[str], flags: Sequence[str] = ()) -> Path:
    """Compile the adapter against the stand-in and return the library below `out`.

    flags: such as another version of TensorRT, -DNV_TENSORRT_MAJOR=8 -DNV_TENSORRT_MINOR=2.
    Raises ToolchainError where the compiler is missing or fails.
    """
    sources = [*_ADAPTER.glob("adapter/*.cpp"), *_STAND_IN.glob("*.cpp")]
    sources += [_CPP / "backends" / "onnxruntime_api.cpp"]
    sources += [_CPP / "core" / f"{name}.cpp" for name in _CORE]
    folders = (_STAND_IN, _ADAPTER, _CPP, _STEPS.parent)
    library = out / LIBRARY
    command = [*compiler, "-std=c++17", "-fPIC", "-shared", "-fvisibility=hidden"]
    command += ["-static-libstdc++", "-static-libgcc", *flags]
    command += [f"-I{folder}" for folder in folders]
    command += [str(source) for source in sorted(sources)]
    call_compiler([*command, "-ldl", "-o", str(library)], "the stand-in for TensorRT")
    return library
