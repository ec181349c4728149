"""Runs programs for 64-bit ARM Linux on this machine, like a board."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from codegen.machines import LinuxMachine
from zoo.errors import MissingToolError
from zoo.tool import Tool

__all__ = ["ARM_TOOLS", "EMULATOR", "emulated", "emulated_root", "emulator_words"]

EMULATOR = "qemu-aarch64"
_LIBRARIES = Path("/usr/aarch64-linux-gnu/lib")
_REMEDY = "scripts/toolchains rpi4"
_PURPOSE = "proof of apps of ARM boards"

ARM_TOOLS = (
    Tool("ARM emulator", "program", (EMULATOR,), _PURPOSE, _REMEDY),
    Tool("ARM C library", "file", (str(_LIBRARIES),), _PURPOSE, _REMEDY),
)


def emulator_words(
    board: LinuxMachine, root: Path, variables: Sequence[str], remedy: str
) -> tuple[str, ...]:
    """Return the command prefix that runs a program like the board; raises ToolchainError.

    root: folder of the board's libraries.  variables: NAME=VALUE each. The CPU is specified because
    the emulator's default has instructions that the board lacks, and XNNPACK would use them.
    """
    emulator = which(EMULATOR)
    if emulator is None:
        raise MissingToolError(
            f"cannot run programs of 64-bit ARM: no {EMULATOR} on the PATH; {remedy}"
        )
    environment = (word for variable in variables for word in ("-E", variable))
    return (emulator, "-cpu", board.cpu, "-L", str(root), *environment)


@contextmanager
def emulated(board: LinuxMachine, variables: Sequence[str] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the prefix for programs that only need the C library; raises ToolchainError."""
    with emulated_root(board, {"lib": _LIBRARIES}) as root:
        words = emulator_words(board, root, variables, _REMEDY)
        if not _LIBRARIES.is_dir():
            raise MissingToolError(
                f"{_LIBRARIES}: has no C library for 64-bit ARM, which such programs need; "
                f"{_REMEDY}"
            )
        yield words


@contextmanager
def emulated_root(board: LinuxMachine, folders: Mapping[str, Path]) -> Iterator[Path]:
    """Yield a root for the emulator with these folders by name, and the board's /proc/cpuinfo.

    Inference runtimes read the CPU from there; this PC's would mislead them, or end them.
    """
    with TemporaryDirectory(prefix="zoo-arm-") as place:
        root = Path(place)
        for name, folder in folders.items():
            (root / name).symlink_to(folder)
        (root / "proc").mkdir()
        (root / "proc" / "cpuinfo").write_text(_cpuinfo(board.cpu))
        yield root


_PARTS = {"cortex-a53": "0xd03", "cortex-a57": "0xd07", "cortex-a72": "0xd08"}
"""Part numbers of Arm's cores, as in their MIDR."""


def _cpuinfo(cpu: str) -> str:
    """Return Linux's description of a processor with one such core."""
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
