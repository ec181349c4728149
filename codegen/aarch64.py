"""Builds and runs programs of 64-bit ARM Linux on this machine."""

import os
import shutil
from pathlib import Path

from zoo.errors import ToolchainError
from zoo.tool import Tool

__all__ = ["CROSS_TOOLS", "compiler", "launcher", "sysroot", "toolchain_options"]

_APPS = "apps of ARM boards"
_REMEDY = "scripts/toolchains kv260"
_SYSROOT = "ZOO_ARM64_SYSROOT"
_CPU = "cortex-a53"
_COMPILERS = {"c++": "aarch64-linux-gnu-g++", "c": "aarch64-linux-gnu-gcc"}
_EMULATOR = "qemu-aarch64"


def _default_sysroot() -> Path:
    """Return where scripts/arm64_sysroot puts it."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "edgezoo" / "sysroots" / "debian12-arm64"


CROSS_TOOLS = (
    Tool("ARM C++ compiler", "program", (_COMPILERS["c++"],), _APPS, _REMEDY),
    Tool("ARM C compiler", "program", (_COMPILERS["c"],), "the stand-in for the DPU", _REMEDY),
    Tool("ARM emulator", "program", (_EMULATOR,), "proof of apps of ARM boards", _REMEDY),
    Tool("ARM libraries", "file", (str(_default_sysroot()),), _APPS, _REMEDY, _SYSROOT),
)


def sysroot() -> Path:
    """Return the folder of the board's libraries.

    The environment variable ZOO_ARM64_SYSROOT names another one. Raises ToolchainError where it is
    missing.
    """
    folder = Path(os.environ.get(_SYSROOT) or _default_sysroot())
    if not (folder / "usr" / "include" / "vart").is_dir():
        raise ToolchainError(
            f"{folder}: no ARM libraries with AMD's VART are there; {_REMEDY}, or name a folder of "
            f"them by {_SYSROOT}"
        )
    return folder


def compiler(language: str = "c++") -> str:
    """Return the cross compiler for 'c++' or 'c'; raises ToolchainError where it is missing."""
    return _program(_COMPILERS[language], "build the app")


def toolchain_options(source: Path) -> tuple[str, ...]:
    """Return CMake's words for sources that bring aarch64.cmake; raises ToolchainError."""
    compiler()
    return (f"-DCMAKE_TOOLCHAIN_FILE={source / 'aarch64.cmake'}", f"-DSYSROOT={sysroot()}")


def launcher(libraries: Path) -> tuple[str, ...]:
    """Return the words before a program that run it as the board would; raises ToolchainError.

    libraries: a folder of further shared libraries. The CPU is named, for without it the emulator
    has instructions that the board lacks.
    """
    emulator = _program(_EMULATOR, "run the app")
    environment = f"LD_LIBRARY_PATH={libraries}"
    return (emulator, "-cpu", _CPU, "-L", str(sysroot()), "-E", environment)


def _program(name: str, purpose: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ToolchainError(f"cannot {purpose} for 64-bit ARM: no {name} on the PATH; {_REMEDY}")
    return found
