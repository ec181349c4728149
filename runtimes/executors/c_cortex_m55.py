"""Runs generated C on an emulated Cortex-M55 with vectors (MVE), without an operating system.

The machine is Arm's MPS3 with the image AN547.
"""

from pathlib import Path

from runtimes.bare_metal import PROGRAM, BareMachine
from runtimes.executors.c import CRun
from zoo.plugs import Executor
from zoo.tool import Tool

__all__ = ["EXECUTOR", "CortexM55Executor"]

_COMPILER, _EMULATOR = "arm-none-eabi-gcc", "qemu-system-arm"
_PURPOSE, _REMEDY = "running C on a Cortex-M55", "scripts/toolchains mcu"
_C_LIBRARY = "/usr/lib/picolibc/arm-none-eabi/picolibc.specs"
_LINKER = (
    "--specs=picolibc.specs",
    "--oslib=semihost",
    "--crt0=semihost",
    # 32 MiB of the board's DRAM: constants and code, variables.
    "-Wl,--defsym=__flash=0x60000000,--defsym=__flash_size=0x1000000",
    "-Wl,--defsym=__ram=0x61000000,--defsym=__ram_size=0x1000000",
)
_FLAGS = ("-std=c99", "-O2", "-mthumb", "-mcpu=cortex-m55", "-mfloat-abi=hard")
_DEVICES = ("-display", "none", "-monitor", "none", "-serial", "none")
_SEMIHOSTING = ("-semihosting-config", "enable=on,target=native")
# The processor reads its first stack pointer at address 0, and starts at the program's entry.
_STACK = ("-device", "loader,addr=0,data=0x62000000,data-len=8")
_LOADED = ("-device", f"loader,cpu-num=0,file={PROGRAM}")
_MACHINE = BareMachine(
    compiler=(_COMPILER, *_FLAGS, *_LINKER),
    emulator=(_EMULATOR, "-M", "mps3-an547", *_DEVICES, *_SEMIHOSTING, *_STACK, *_LOADED),
    purpose=_PURPOSE,
    remedy=_REMEDY,
)


class CortexM55Executor(Executor):
    """Arm's bare-metal compiler with picolibc, and qemu."""

    name = "c-cortex-m55"
    is_single = True
    tools = (
        Tool("Cortex-M compiler", "program", (_COMPILER,), _PURPOSE, _REMEDY),
        Tool("Cortex-M C library", "file", (_C_LIBRARY,), _PURPOSE, _REMEDY),
        Tool("Cortex-M machine", "program", (_EMULATOR,), _PURPOSE, _REMEDY),
    )

    def load(self, folder: Path, main: str, threads: int = 1) -> CRun:  # noqa: ARG002
        """Return a function that runs the network described by `main`.

        Raises ToolchainError if a tool is missing, or the compiler fails.
        """
        return _MACHINE.load(folder, main)


EXECUTOR = CortexM55Executor()
