"""Runs generated C on an emulated 64-bit RISC-V without an operating system.

The processor is an RV64GC as in Kendryte's K210; the machine, qemu's `virt`, has more memory.
"""

from pathlib import Path

from runtimes.bare_metal import PROGRAM, BareMachine
from runtimes.executors.c import CRun
from zoo.plugs import Executor
from zoo.tool import Tool

__all__ = ["EXECUTOR", "Rv64Executor"]

_COMPILER, _EMULATOR = "riscv64-unknown-elf-gcc", "qemu-system-riscv64"
_PURPOSE, _REMEDY = "running C as on a K210", "scripts/toolchains k210"
_C_LIBRARY = "/usr/lib/picolibc/riscv64-unknown-elf/picolibc.specs"
_MEGABYTES = 128
_LINKER = (
    "--specs=picolibc.specs",
    "--oslib=semihost",
    "--crt0=semihost",
    # Constants in the lower half of the machine's memory, variables in the upper half.
    "-Wl,--defsym=__flash=0x80000000,--defsym=__flash_size=0x4000000",
    "-Wl,--defsym=__ram=0x84000000,--defsym=__ram_size=0x4000000",
)
_FLAGS = ("-std=c99", "-O2", "-march=rv64imafdc", "-mabi=lp64d", "-mcmodel=medany")
_BOARD = ("-M", "virt", "-cpu", "sifive-u54", "-m", str(_MEGABYTES), "-bios", "none")
_DEVICES = ("-display", "none", "-monitor", "none", "-serial", "none")
_SEMIHOSTING = ("-semihosting-config", "enable=on,target=native")
_MACHINE = BareMachine(
    compiler=(_COMPILER, *_FLAGS, *_LINKER),
    emulator=(_EMULATOR, *_BOARD, *_DEVICES, *_SEMIHOSTING, "-kernel", PROGRAM),
    purpose=_PURPOSE,
    remedy=_REMEDY,
)


class Rv64Executor(Executor):
    """Debian's bare-metal compiler with picolibc, and qemu."""

    name = "c-rv64"
    is_single = True
    stand_in = "emulated rv64"
    tools = (
        Tool("RISC-V compiler", "program", (_COMPILER,), _PURPOSE, _REMEDY),
        Tool("RISC-V C library", "file", (_C_LIBRARY,), _PURPOSE, _REMEDY),
        Tool("RISC-V machine", "program", (_EMULATOR,), _PURPOSE, _REMEDY),
    )

    def load(self, folder: Path, main: str, threads: int = 1) -> CRun:  # noqa: ARG002
        """Return a function that runs the network described by `main`.

        Raises ToolchainError if a tool is missing, or the compiler fails.
        """
        return _MACHINE.load(folder, main)


EXECUTOR = Rv64Executor()
