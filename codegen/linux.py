"""Linux machines that programs are compiled for."""

from collections.abc import Sequence
from dataclasses import dataclass

from codegen.board_images import BoardImage
from zoo.bundle.symbol_versions import Version

__all__ = ["PC", "LinuxMachine", "cmake_options"]


@dataclass(frozen=True)
class LinuxMachine:
    """A kind of machine.

    architecture: as `uname -m` tells it.  cpu: as GCC and qemu call it, '' for every one.
    c_library: version of GNU's C library that programs for it need at most.
    images: systems for it, which a program is compared with.
    """

    name: str
    architecture: str
    cpu: str
    c_library: Version
    images: tuple[BoardImage, ...] = ()


PC = LinuxMachine("PCs", "x86_64", "", (2, 28))  # ONNX Runtime's own needs as much


def cmake_options(
    machine: LinuxMachine, cpp: Sequence[str], c: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return CMake's words. cpp, c: starts of commands that compile, () where there is no C."""
    return (
        "-DCMAKE_SYSTEM_NAME=Linux",
        f"-DCMAKE_SYSTEM_PROCESSOR={machine.architecture}",
        f"-DCMAKE_CXX_COMPILER={';'.join(cpp)}",
        *((f"-DCMAKE_C_COMPILER={';'.join(c)}",) if c else ()),
    )
