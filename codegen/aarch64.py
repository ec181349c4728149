"""Builds programs for the Kria KV260 with AMD's libraries, and runs them on this machine.

Those pass types of the C++ library, GNU's: programs are compiled with its headers, and share it.
"""

import os
import shutil
from pathlib import Path

from codegen.board_images import IMAGES
from codegen.gnu import gnu_words
from codegen.linux import LinuxMachine, cmake_options
from codegen.toolchain import by_host, compiler_words
from zoo.errors import ToolchainError
from zoo.tool import Tool

__all__ = [
    "CROSS_TOOLS",
    "KRIA",
    "launcher",
    "sysroot",
    "vart_link_words",
    "vart_options",
    "vart_words",
]

_APPS = "apps of the Kria KV260"
_REMEDY = "scripts/toolchains kv260"
_SYSROOT = "ZOO_ARM64_SYSROOT"
_EMULATOR = "qemu-aarch64"
# PetaLinux's; headers of the C++ library take what older C libraries lack.
KRIA = LinuxMachine("the Kria KV260", "aarch64", "cortex-a53", (2, 34), IMAGES)


def _default_sysroot() -> Path:
    """Return where scripts/arm64_sysroot puts it."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "edgezoo" / "sysroots" / "debian12-arm64"


CROSS_TOOLS = (
    Tool("ARM emulator", "program", (_EMULATOR,), f"proof of {_APPS}", _REMEDY),
    Tool("ARM libraries", "file", (str(_default_sysroot()),), _APPS, _REMEDY, _SYSROOT),
)


def sysroot() -> Path:
    """Return the folder of the board's libraries.

    The environment variable ZOO_ARM64_SYSROOT names another one. Raises ToolchainError where it is
    missing.
    """
    folder = Path(os.environ.get(_SYSROOT) or _default_sysroot())
    for needed, what in (("vart", "AMD's VART"), ("c++", "the headers of C++")):
        if not (folder / "usr" / "include" / needed).is_dir():
            raise ToolchainError(
                f"{folder}: no ARM libraries with {what} are there; {_REMEDY}, or name a folder of "
                f"them by {_SYSROOT}"
            )
    return folder


def vart_words(language: str = "c++") -> tuple[str, ...]:
    """Return the start of a command that compiles 'c++' or 'c'; raises ToolchainError."""
    headers = f"-isystem{sysroot() / 'usr' / 'include'}"
    return (*compiler_words(KRIA, language), *_cpp_library(language), headers)


def vart_link_words() -> tuple[str, ...]:
    """Return the words for the linker, without which of AMD's libraries; raises ToolchainError."""
    folders = (sysroot() / part / "lib" / "aarch64-linux-gnu" for part in ("usr", "."))
    words = tuple(f"-L{folder}" for folder in folders)
    if by_host():
        return words
    # What AMD's libraries need in their turn is the board's own.
    return (*words, "-l:libstdc++.so.6", "-l:libgcc_s.so.1", "-Wl,--allow-shlib-undefined")


def vart_options(source: Path) -> tuple[str, ...]:
    """Return CMake's words for sources that bring aarch64.cmake; raises ToolchainError."""
    if by_host():
        gnu_words(KRIA)
        return (f"-DCMAKE_TOOLCHAIN_FILE={source / 'aarch64.cmake'}", f"-DSYSROOT={sysroot()}")
    return (
        *cmake_options(KRIA, vart_words()),
        f"-DCMAKE_CXX_STANDARD_LIBRARIES={' '.join(vart_link_words())}",
    )


def _cpp_library(language: str) -> tuple[str, ...]:
    """Return the words by which Zig compiles C++ with GNU's library in place of its own."""
    if by_host() or language == "c":
        return ()
    include = sysroot() / "usr" / "include"
    (version,) = (path.name for path in (include / "c++").iterdir())
    folders = (include / "c++" / version, include / "aarch64-linux-gnu" / "c++" / version)
    return ("-nostdinc++", "-nostdlib++", *(f"-I{folder}" for folder in folders))


def launcher(libraries: Path) -> tuple[str, ...]:
    """Return the words before a program that run it as the board would; raises ToolchainError.

    libraries: a folder of further shared libraries. The CPU is named, for without it the emulator
    has instructions that the board lacks.
    """
    emulator = _program(_EMULATOR, "run the app")
    environment = f"LD_LIBRARY_PATH={libraries}"
    return (emulator, "-cpu", KRIA.cpu, "-L", str(sysroot()), "-E", environment)


def _program(name: str, purpose: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ToolchainError(f"cannot {purpose} for 64-bit ARM: no {name} on the PATH; {_REMEDY}")
    return found
