"""Zig, a compiler that brings the C library of every version: the same program on every system."""

from importlib.util import find_spec
from pathlib import Path

from codegen.linux import LinuxMachine
from zoo.errors import ToolchainError
from zoo.tool import Tool, install_extra

__all__ = ["ZIG", "zig_words"]

_REMEDY = install_extra("cross")
ZIG = Tool("Zig", "module", ("ziglang",), "building apps", _REMEDY)


def zig_words(machine: LinuxMachine, language: str = "c++") -> tuple[str, ...]:
    """Return the start of a command that compiles 'c++' or 'c'; raises ToolchainError without Zig.

    Zig builds its C++ library for each machine, once, which takes a minute or more. For another
    level of optimization, or without -s, it would do so again: so these belong to every command,
    those by which CMake tries the compiler included.
    """
    package = find_spec("ziglang")
    if package is None or package.origin is None:
        raise ToolchainError(
            f"cannot build for {machine.name}: Zig is not installed; {_REMEDY}, or take this "
            "machine's own compiler by ZOO_TOOLCHAIN=host: the program then runs on systems as new "
            "as this one"
        )
    version = ".".join(map(str, machine.c_library))
    target = f"{machine.architecture}-linux-gnu.{version}"
    cpu = (f"-mcpu={machine.cpu.replace('-', '_')}",) if machine.cpu else ()
    program = (str(Path(package.origin).with_name("zig")), {"c++": "c++", "c": "cc"}[language])
    return (*program, "-target", target, *cpu, "-O2", "-s")
