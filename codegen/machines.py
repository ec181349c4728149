"""Linux machines that programs are compiled for, and their systems."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from zoo.bundle.elf import Version, newest, symbol_versions
from zoo.errors import ToolchainError

__all__ = [
    "JETSON",
    "KRIA",
    "PC",
    "RASPBERRY_PI_4",
    "BoardImage",
    "LinuxMachine",
    "check_versions",
]


@dataclass(frozen=True)
class BoardImage:
    """An operating system for a board. versions: its newest, by symbol family."""

    name: str
    versions: Mapping[str, Version]


@dataclass(frozen=True)
class LinuxMachine:
    """A kind of machine.

    architecture: as in `uname -m`.  cpu: GCC's and qemu's name, '' for every one.
    c_library: maximum glibc version that programs may need.
    images: its systems, which a program is checked against.
    """

    name: str
    architecture: str
    cpu: str
    c_library: Version
    images: tuple[BoardImage, ...] = ()


PC = LinuxMachine("PCs", "x86_64", "", (2, 28))  # ONNX Runtime itself needs as much
RASPBERRY_PI_4 = LinuxMachine(
    "the Raspberry Pi 4",
    "aarch64",
    "cortex-a72",
    (2, 28),
    (BoardImage("Raspberry Pi OS 12 (Debian 12)", {"GLIBC": (2, 36), "GLIBCXX": (3, 4, 30)}),),
)
# The oldest Jetson, so that programs run on all of them.
JETSON = LinuxMachine(
    "Jetson boards",
    "aarch64",
    "cortex-a57",
    (2, 27),
    (BoardImage("JetPack 4.6 (Ubuntu 18.04)", {"GLIBC": (2, 27)}),),
)
# PetaLinux's C library; the C++ library's headers use functions that older ones lack.
KRIA = LinuxMachine(
    "the Kria KV260",
    "aarch64",
    "cortex-a53",
    (2, 34),
    (
        BoardImage("Kria Ubuntu 22.04", {"GLIBC": (2, 35), "GLIBCXX": (3, 4, 30)}),
        BoardImage("PetaLinux 2022.1", {"GLIBC": (2, 34), "GLIBCXX": (3, 4, 29)}),
    ),
)


def check_versions(program: Path, images: tuple[BoardImage, ...]) -> None:
    """Raise ToolchainError naming the image on which a program would not load, and why."""
    needed = symbol_versions(program)
    for image in images:
        for family, allowed in image.versions.items():
            version = newest(needed, family)
            if version > allowed:
                raise ToolchainError(
                    f"{program}: needs {_symbol(family, version)}, but {image.name} has "
                    f"{_symbol(family, allowed)} at most; build it with Zig, without "
                    "ZOO_TOOLCHAIN=host, or on the board"
                )


def _symbol(family: str, version: Version) -> str:
    return f"{family}_{'.'.join(map(str, version))}"
