"""ONNX Runtime, and other runtimes from wheels, as parts of apps."""

from collections.abc import Callable
from pathlib import Path

from codegen.app import Call
from codegen.sources import CppBackend
from codegen.wheels import Wheel, onnxruntime_library

__all__ = [
    "ONNXRUNTIME_ARM",
    "ONNXRUNTIME_BACKEND",
    "RUNTIME_ALONE",
    "onnxruntime_file",
    "with_library",
]

ONNXRUNTIME_ARM = Wheel(
    title="ONNX Runtime",
    project="onnxruntime",
    version="1.31.1",
    file="onnxruntime-1.31.1-cp311-cp311-manylinux_2_28_aarch64.whl",
    sha256="da05378364c44d4407e463982d2bf8d5e4cfea873283757e48beeb41df97b7f3",
    path="02/ee/b173a49293b146b54bd057bf8681a015aef764d8f56d999ad8c6e53ab18d",
    member="onnxruntime/capi/libonnxruntime.so.1.31.1",
)

RUNTIME_ALONE = "Only the C library and the inference runtime are needed on the board."
ONNXRUNTIME_BACKEND = CppBackend("onnxruntime", links_reason=RUNTIME_ALONE)


def onnxruntime_file() -> Path:
    """Return ONNX Runtime's library for this PC."""
    return onnxruntime_library().file


def with_library(option: str, library: Callable[[], Path]) -> Callable[[Path, Path], Call]:
    """Return `prepare` for a runtime's library, on one thread as executors do."""

    def prepare(artifact: Path, folder: Path) -> Call:  # noqa: ARG001 (nothing to create)
        return Call(artifact, (option, str(library()), "--threads", "1"))

    return prepare
