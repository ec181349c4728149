"""Programs for Linux: compiled by Zig, or on request by this machine's compilers; run here.

ZOO_TOOLCHAIN=host selects this machine's compilers: GNU's, or those in CXX and CC. Zig includes
every version of the C library, so the program is the same on every system.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from codegen.cmake_build import CMAKE, cmake_build
from codegen.cpp_library import zig_libraries
from codegen.emulator import ARM_TOOLS, emulated
from codegen.machines import LinuxMachine, check_versions
from codegen.zig_library import build_by_zig, is_built, note_built
from zoo.errors import MissingToolError, ToolchainError
from zoo.plugs import Library
from zoo.provenance.used import Thing, record
from zoo.reporting import report
from zoo.tool import Tool
from zoo.zig import ZIG, zig_program

__all__ = ["LinuxToolchain", "by_host", "cmake_options"]

_VARIABLE = "ZOO_TOOLCHAIN"
_KNOWN = ("", "zig", "host")
_PURPOSE = "building apps with ZOO_TOOLCHAIN=host"
_X86 = (
    Tool("C++ compiler", "program", ("c++", "g++", "clang++"), _PURPOSE, "apt install g++", "CXX"),
    Tool("C compiler", "program", ("cc", "gcc", "clang"), _PURPOSE, "apt install gcc", "CC"),
)
_ARM = tuple(
    Tool(
        f"ARM {language} compiler",
        "program",
        (f"aarch64-linux-gnu-{name}",),
        _PURPOSE,
        f"apt install {name}-aarch64-linux-gnu",
    )
    for language, name in (("C++", "g++"), ("C", "gcc"))
)
_GNU = {"x86_64": _X86, "aarch64": _ARM}


@dataclass(frozen=True)
class LinuxToolchain:
    """Compiles programs for a machine, and starts them on this one."""

    machine: LinuxMachine

    @property
    def tools(self) -> tuple[Tool, ...]:
        """Programs for building and running."""
        compilers = _GNU[self.machine.architecture] if by_host() else (ZIG,)
        return (CMAKE, *compilers, *self.emulators)

    @property
    def emulators(self) -> tuple[Tool, ...]:
        """Tools for running."""
        return ARM_TOOLS if self.machine.architecture == "aarch64" else ()

    def libraries(self) -> tuple[Library, ...]:
        """Return Zig's C++ library; GNU's is loaded from the system."""
        return () if by_host() else zig_libraries()

    def compiler(self, language: str = "c++") -> tuple[str, ...]:
        """Return the start of a command that compiles 'c++' or 'c'; raises ToolchainError."""
        return (_gnu_words if by_host() else _zig_words)(self.machine, language)

    def build(self, source: Path, out: Path) -> Path:
        """Compile an app's sources in `out` and return the program.

        Raises ToolchainError without a compiler, or if the program would not load on one of the
        machine's systems.
        """
        compiler, is_zig = self.compiler(), not by_host()
        if is_zig and not is_built(compiler):
            report(
                f"compiling for {self.machine.name}: the first time takes minutes, for Zig's C++ "
                "library"
            )
        options = cmake_options(self.machine, compiler, self.compiler("c"))
        program = (build_by_zig if is_zig else cmake_build)(source, out, options)
        if is_zig:
            note_built(compiler)
        check_versions(program, self.machine.images)
        return program

    @contextmanager
    def launcher(self, environment: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
        """Yield the command prefix that starts a program here; raises ToolchainError.

        environment: variables for the program.
        """
        variables = tuple(f"{name}={value}" for name, value in environment.items())
        if self.machine.architecture == "x86_64":
            yield ("env", *variables) if variables else ()
        else:
            with emulated(self.machine, variables) as words:
                yield words


def by_host() -> bool:
    """Return whether this machine's compilers are selected; raises ToolchainError."""
    record(Thing("variable", _VARIABLE))
    asked = os.environ.get(_VARIABLE, "")
    if asked not in _KNOWN:
        raise ToolchainError(f"{_VARIABLE}={asked}: unknown; set it to zig (the default) or host")
    return asked == "host"


def cmake_options(
    machine: LinuxMachine, cpp: Sequence[str], c: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return CMake's options. cpp, c: starts of compile commands, () without C."""
    return (
        "-DCMAKE_SYSTEM_NAME=Linux",
        f"-DCMAKE_SYSTEM_PROCESSOR={machine.architecture}",
        f"-DCMAKE_CXX_COMPILER={';'.join(cpp)}",
        *((f"-DCMAKE_C_COMPILER={';'.join(c)}",) if c else ()),
    )


def _gnu_words(machine: LinuxMachine, language: str) -> tuple[str, ...]:
    tool = _GNU[machine.architecture][("c++", "c").index(language)]
    named = os.environ.get(tool.variable, "").split() if tool.variable else []
    candidates = [tuple(named)] if named else [(name,) for name in tool.candidates]
    found = next((words for words in candidates if which(words[0])), None)
    if found is None:
        listed = ", ".join(words[0] for words in candidates)
        raise MissingToolError(
            f"cannot build for {machine.name}: no {tool.name} ({listed}) on the PATH; "
            f"{tool.remedy}, or unset ZOO_TOOLCHAIN to build with Zig"
        )
    cpu = (f"-mcpu={machine.cpu}",) if machine.cpu else ()
    return (*found, *cpu)


def _zig_words(machine: LinuxMachine, language: str) -> tuple[str, ...]:
    """Return the command; raises ToolchainError without Zig.

    Zig builds its C++ library once per machine, which takes a minute or more. It would rebuild it
    for another optimization level or without -s, so these are part of every command, including
    CMake's compiler checks.
    """
    zig = zig_program()
    if not zig:
        raise MissingToolError(
            f"cannot build for {machine.name}: Zig is not installed; {ZIG.remedy}, or use this "
            "machine's own compiler with ZOO_TOOLCHAIN=host: the program then runs on systems as "
            "new as this one"
        )
    version = ".".join(map(str, machine.c_library))
    target = f"{machine.architecture}-linux-gnu.{version}"
    cpu = (f"-mcpu={machine.cpu.replace('-', '_')}",) if machine.cpu else ()
    program = (zig, {"c++": "c++", "c": "cc"}[language])
    return (*program, "-target", target, *cpu, "-O2", "-s")
