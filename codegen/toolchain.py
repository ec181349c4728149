"""By what programs for Linux are compiled: by Zig, or where it is asked for, by this machine.

ZOO_TOOLCHAIN=host asks for it.
"""

import os
from pathlib import Path

from codegen.board_images import check_versions
from codegen.cmake_build import CMAKE, cmake_build
from codegen.gnu import gnu_tools, gnu_words
from codegen.linux import LinuxMachine, cmake_options
from codegen.zig import ZIG, zig_words
from zoo.errors import ToolchainError
from zoo.provenance.used import Thing, record
from zoo.reporting import report
from zoo.tool import Tool

__all__ = ["build_program", "by_host", "compiler_words", "toolchain_tools"]

_VARIABLE = "ZOO_TOOLCHAIN"
_KNOWN = ("", "zig", "host")


def by_host() -> bool:
    """Return whether this machine's compilers are asked for; raises ToolchainError."""
    record(Thing("variable", _VARIABLE))
    asked = os.environ.get(_VARIABLE, "")
    if asked not in _KNOWN:
        raise ToolchainError(f"{_VARIABLE}={asked}: unknown; set it to zig (as without it) or host")
    return asked == "host"


def toolchain_tools(machine: LinuxMachine) -> tuple[Tool, ...]:
    """Return what compiles programs for a machine."""
    return (CMAKE, *(gnu_tools(machine) if by_host() else (ZIG,)))


def compiler_words(machine: LinuxMachine, language: str = "c++") -> tuple[str, ...]:
    """Return the start of a command that compiles 'c++' or 'c'; raises ToolchainError."""
    return (gnu_words if by_host() else zig_words)(machine, language)


def build_program(source: Path, out: Path, machine: LinuxMachine) -> Path:
    """Compile an app's sources in `out` and return the program.

    Raises ToolchainError without a compiler, or where the program would not load on one of the
    machine's systems.
    """
    cpp, c = (compiler_words(machine, language) for language in ("c++", "c"))
    if not by_host():
        report(f"compiling for {machine.name}: the first time takes minutes, for Zig's C++ library")
    program = cmake_build(source, out, cmake_options(machine, cpp, c))
    check_versions(program, machine.images)
    return program
