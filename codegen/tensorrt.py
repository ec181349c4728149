"""TensorRT's stand-in: the app's adapter library, compiled with our own headers.

Behind these, ONNX Runtime computes node by node on the CPU.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from codegen.app import Call
from codegen.compiler_call import call_compiler
from codegen.templates import TEMPLATES
from codegen.toolchain import LinuxToolchain
from zoo import steps
from zoo.plugs import AppRequest

__all__ = ["LIBRARY", "StandInTensorRt", "adapter_sources", "build_stand_in"]

LIBRARY = "libzoo_tensorrt.so"
_STAND_IN = TEMPLATES / "stand_in" / "tensorrt"
_ADAPTER = TEMPLATES / "tensorrt"
_CPP = TEMPLATES / "cpp"
_STEPS = Path(steps.__path__[0])
_CORE = ("files", "input_file", "shared_library", "stop", "tensor_spec")


@dataclass(frozen=True)
class StandInTensorRt:
    """Builds the stand-in for a program; like TensorRT, it builds its own engine.

    runtime: returns ONNX Runtime's library for the toolchain's machine.
    version: TensorRT's major and minor, () for the newest in the headers.
    """

    toolchain: LinuxToolchain
    runtime: Callable[[], Path]
    version: tuple[int, ...] = ()

    def __call__(self, artifact: Path, folder: Path) -> Call:
        """Return how to call the program; raises ToolchainError."""
        names = ("NV_TENSORRT_MAJOR", "NV_TENSORRT_MINOR")
        flags = [f"-D{name}={number}" for name, number in zip(names, self.version, strict=False)]
        library = build_stand_in(folder, self.toolchain.compiler(), flags)
        options = ("--tensorrt", str(library), "--engines", str(folder / "engine"))
        return Call(artifact, options, {"ZOO_ONNXRUNTIME": str(self.runtime())})


def adapter_sources(request: AppRequest) -> dict[str, bytes]:  # noqa: ARG001 (the same for all)
    """Return the sources of the library compiled on the board."""
    paths = sorted(_ADAPTER.glob("adapter/*"))
    return {path.relative_to(_ADAPTER).as_posix(): path.read_bytes() for path in paths}


def build_stand_in(out: Path, compiler: Sequence[str], flags: Sequence[str] = ()) -> Path:
    """Compile the adapter against the stand-in and return the library below `out`.

    flags: such as another version of TensorRT, -DNV_TENSORRT_MAJOR=8 -DNV_TENSORRT_MINOR=2.
    Raises ToolchainError if the compiler is missing or fails.
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
