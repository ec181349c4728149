"""Programs for the Kria KV260 with AMD's libraries.

These pass types of GNU's C++ library, so programs are compiled with its headers and share it.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from codegen.cmake_build import cmake_build
from codegen.emulator import EMULATOR, emulated_root, emulator_words
from codegen.machines import check_versions
from codegen.toolchain import LinuxToolchain, by_host, cmake_options
from codegen.zig_library import build_by_zig
from zoo.errors import MissingToolError
from zoo.plugs import Library
from zoo.tool import Tool

__all__ = ["KriaToolchain", "sysroot"]

_APPS = "apps of the Kria KV260"
_REMEDY = "scripts/toolchains kv260"
_SYSROOT = "ZOO_ARM64_SYSROOT"


def _default_sysroot() -> Path:
    """Return the output folder of scripts/arm64_sysroot."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "edgezoo" / "sysroots" / "debian12-arm64"


_TOOLS = (
    Tool("ARM emulator", "program", (EMULATOR,), f"proof of {_APPS}", _REMEDY),
    Tool("ARM libraries", "file", (str(_default_sysroot()),), _APPS, _REMEDY, _SYSROOT),
)


def sysroot() -> Path:
    """Return the folder of the board's libraries.

    The environment variable ZOO_ARM64_SYSROOT overrides it. Raises ToolchainError if it is missing.
    """
    folder = Path(os.environ.get(_SYSROOT) or _default_sysroot())
    for needed, what in (("vart", "AMD's VART"), ("c++", "the headers of C++")):
        if not (folder / "usr" / "include" / needed).is_dir():
            raise MissingToolError(
                f"{folder}: has no ARM libraries with {what}; {_REMEDY}, or name a folder of them "
                f"with {_SYSROOT}"
            )
    return folder


class KriaToolchain(LinuxToolchain):
    """Compiles programs for the board, and starts them on this machine."""

    @property
    def emulators(self) -> tuple[Tool, ...]:
        """Tools for running."""
        return _TOOLS

    def libraries(self) -> tuple[Library, ...]:
        """Return none: the program loads GNU's library, of the board."""
        return ()

    def compiler(self, language: str = "c++") -> tuple[str, ...]:
        """Return the start of a command that compiles 'c++' or 'c'; raises ToolchainError."""
        headers = f"-isystem{sysroot() / 'usr' / 'include'}"
        return (*super().compiler(language), *_cpp_library(language), headers)

    def linker(self) -> tuple[str, ...]:
        """Return linker options without AMD's libraries; raises ToolchainError."""
        folders = (sysroot() / part / "lib" / "aarch64-linux-gnu" for part in ("usr", "."))
        words = tuple(f"-L{folder}" for folder in folders)
        if by_host():
            return words
        # The board provides the dependencies of AMD's libraries.
        return (*words, "-l:libstdc++.so.6", "-l:libgcc_s.so.1", "-Wl,--allow-shlib-undefined")

    def build(self, source: Path, out: Path) -> Path:
        """Compile sources with an aarch64.cmake in `out` and return the program.

        Raises ToolchainError, also if the program would not load on one of the board's images.
        """
        program = (cmake_build if by_host() else build_by_zig)(source, out, self._options(source))
        check_versions(program, self.machine.images)
        return program

    @contextmanager
    def launcher(self, environment: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
        """Yield the command prefix that starts a program here; raises ToolchainError."""
        variables = [f"{name}={value}" for name, value in environment.items()]
        folders = {part.name: part for part in sysroot().iterdir() if part.name != "proc"}
        with emulated_root(self.machine, folders) as root:
            yield emulator_words(self.machine, root, variables, _REMEDY)

    def _options(self, source: Path) -> tuple[str, ...]:
        if by_host():
            super().compiler()
            return (f"-DCMAKE_TOOLCHAIN_FILE={source / 'aarch64.cmake'}", f"-DSYSROOT={sysroot()}")
        return (
            *cmake_options(self.machine, self.compiler()),
            f"-DCMAKE_CXX_STANDARD_LIBRARIES={' '.join(self.linker())}",
        )


def _cpp_library(language: str) -> tuple[str, ...]:
    """Return options for Zig to compile C++ with GNU's library in place of its own."""
    if by_host() or language == "c":
        return ()
    include = sysroot() / "usr" / "include"
    (version,) = (path.name for path in (include / "c++").iterdir())
    folders = (include / "c++" / version, include / "aarch64-linux-gnu" / "c++" / version)
    return ("-nostdinc++", "-nostdlib++", *(f"-I{folder}" for folder in folders))
