"""Compilers of this machine: GNU's, or those that CXX and CC name for programs of PCs."""

import os
from shutil import which

from codegen.linux import LinuxMachine
from zoo.errors import ToolchainError
from zoo.tool import Tool

__all__ = ["gnu_tools", "gnu_words"]

_PURPOSE = "building apps by ZOO_TOOLCHAIN=host"
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
_TOOLS = {"x86_64": _X86, "aarch64": _ARM}


def gnu_tools(machine: LinuxMachine) -> tuple[Tool, ...]:
    """Return the compilers of C++ and C."""
    return _TOOLS[machine.architecture]


def gnu_words(machine: LinuxMachine, language: str = "c++") -> tuple[str, ...]:
    """Return the start of a command that compiles 'c++' or 'c'; raises ToolchainError."""
    tool = gnu_tools(machine)[("c++", "c").index(language)]
    named = os.environ.get(tool.variable, "").split() if tool.variable else []
    candidates = [tuple(named)] if named else [(name,) for name in tool.candidates]
    found = next((words for words in candidates if which(words[0])), None)
    if found is None:
        listed = ", ".join(words[0] for words in candidates)
        raise ToolchainError(
            f"cannot build for {machine.name}: no {tool.name} ({listed}) on the PATH; "
            f"{tool.remedy}, or unset ZOO_TOOLCHAIN: Zig does it then"
        )
    cpu = (f"-mcpu={machine.cpu}",) if machine.cpu else ()
    return (*found, *cpu)
