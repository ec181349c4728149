"""Builds programs for 64-bit ARM Linux that need the C library only, and runs them here."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from codegen.board_images import BoardImage, check_versions
from codegen.cmake_build import cmake_build
from codegen.symbol_versions import Version
from zoo.errors import ToolchainError
from zoo.tool import Tool

__all__ = ["ARM_TOOLS", "ArmLinux", "cross_build", "emulated"]

_GNU = "aarch64-linux-gnu-g++"
_EMULATOR = "qemu-aarch64"
_LIBRARIES = Path("/usr/aarch64-linux-gnu/lib")
_REMEDY = "scripts/toolchains rpi4"
_ZIG_REMEDY = "pip install 'edgezoo[cross]'"
_PURPOSE = "apps of ARM boards"

ARM_TOOLS = (
    Tool("ARM C++ compiler", "program", (_GNU,), _PURPOSE, _REMEDY),
    Tool("Zig", "module", ("ziglang",), f"{_PURPOSE} with an older C library", _ZIG_REMEDY),
    Tool("ARM emulator", "program", (_EMULATOR,), f"proof of {_PURPOSE}", _REMEDY),
    Tool("ARM C library", "file", (str(_LIBRARIES),), f"proof of {_PURPOSE}", _REMEDY),
)


@dataclass(frozen=True)
class ArmLinux:
    """A board's CPU, as GCC and qemu call it, and its oldest system that counts."""

    cpu: str
    image: BoardImage


def cross_build(source: Path, out: Path, board: ArmLinux) -> Path:
    """Compile for a board, warnings being errors, and return the program.

    By GNU's compiler where its C library is as old as the board's, else by Zig, which has every
    one. Raises ToolchainError without either, or where the program would not load on the board.
    """
    options = ("-DCMAKE_SYSTEM_NAME=Linux", "-DCMAKE_SYSTEM_PROCESSOR=aarch64")
    words = (*options, *_compiler(board), "-DCMAKE_COMPILE_WARNING_AS_ERROR=ON")
    program = cmake_build(source, out, words)
    check_versions(program, (board.image,))
    return program


@contextmanager
def emulated(board: ArmLinux) -> Iterator[tuple[str, ...]]:
    """Yield the words before a program that run it as the board would; raises ToolchainError.

    The CPU is named, for without it the emulator has instructions that the board lacks, and
    XNNPACK takes them. Inference runtimes ask /proc/cpuinfo for it: that of this PC would mislead
    them.
    """
    emulator = which(_EMULATOR)
    if emulator is None:
        raise ToolchainError(
            f"cannot run programs of 64-bit ARM: no {_EMULATOR} on the PATH; {_REMEDY}"
        )
    if not _LIBRARIES.is_dir():
        raise ToolchainError(
            f"{_LIBRARIES}: no C library for 64-bit ARM is there, which its programs run with; "
            f"{_REMEDY}"
        )
    with TemporaryDirectory(prefix="zoo-arm-") as folder:
        root = Path(folder)
        (root / "lib").symlink_to(_LIBRARIES)
        (root / "proc").mkdir()
        (root / "proc" / "cpuinfo").write_text(_cpuinfo(board.cpu))
        yield emulator, "-cpu", board.cpu, "-L", folder


def _compiler(board: ArmLinux) -> tuple[str, ...]:
    """Return CMake's words for the compiler."""
    wanted = board.image.versions["GLIBC"]
    found = _gnu_glibc()
    if found and found <= wanted:
        return (f"-DCMAKE_CXX_COMPILER={_GNU}", f"-DCMAKE_CXX_FLAGS=-mcpu={board.cpu}")
    zig = find_spec("ziglang")
    if zig is None or zig.origin is None:
        old = f"{_GNU} has C library {_dotted(found)}" if found else f"no {_GNU} on the PATH"
        raise ToolchainError(
            f"cannot build for {board.image.name}, whose C library is {_dotted(wanted)}: {old}, "
            f"and Zig is not installed; {_ZIG_REMEDY}"
            + ("" if found else f", or {_REMEDY} on Debian 12")
        )
    target = f"aarch64-linux-gnu.{_dotted(wanted)}"
    words = (str(Path(zig.origin).with_name("zig")), "c++", "-target", target)
    cpu = f"-mcpu={board.cpu.replace('-', '_')}"
    return (f"-DCMAKE_CXX_COMPILER={';'.join((*words, cpu))}",)


def _gnu_glibc() -> Version:
    """Return the version of the C library that GNU's compiler links with, () without one."""
    if which(_GNU) is None:
        return ()
    command = [_GNU, "-E", "-dM", "-include", "features.h", "-x", "c++", "/dev/null"]
    listed = subprocess.run(command, capture_output=True, encoding="utf-8", check=False).stdout
    macros = dict(re.findall(r"^#define (__GLIBC(?:_MINOR)?__) (\d+)$", listed, re.MULTILINE))
    return tuple(int(macros[name]) for name in ("__GLIBC__", "__GLIBC_MINOR__") if name in macros)


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))


_PARTS = {"cortex-a53": "0xd03", "cortex-a57": "0xd07", "cortex-a72": "0xd08"}
"""Part numbers of Arm's cores, as in their MIDR."""


def _cpuinfo(cpu: str) -> str:
    """Return what Linux tells about a processor of one such core."""
    lines = {
        "processor": "0",
        "Features": "fp asimd evtstrm crc32 cpuid",
        "CPU implementer": "0x41",
        "CPU architecture": "8",
        "CPU variant": "0x0",
        "CPU part": _PARTS[cpu],
        "CPU revision": "3",
    }
    return "".join(f"{name}\t: {value}\n" for name, value in lines.items()) + "\n"
