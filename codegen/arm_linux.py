"""Runs programs for 64-bit ARM Linux that need the C library only on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from codegen.linux import LinuxMachine
from zoo.errors import ToolchainError
from zoo.tool import Tool

__all__ = ["ARM_TOOLS", "emulated"]

_EMULATOR = "qemu-aarch64"
_LIBRARIES = Path("/usr/aarch64-linux-gnu/lib")
_REMEDY = "scripts/toolchains rpi4"
_PURPOSE = "apps of ARM boards"

ARM_TOOLS = (
    Tool("ARM emulator", "program", (_EMULATOR,), f"proof of {_PURPOSE}", _REMEDY),
    Tool("ARM C library", "file", (str(_LIBRARIES),), f"proof of {_PURPOSE}", _REMEDY),
)


@contextmanager
def emulated(board: LinuxMachine) -> Iterator[tuple[str, ...]]:
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
