"""Runs generated C on an emulated Cortex-M4F without an operating system.

The machine is Arm's MPS2 with the image AN386, which has more memory than microcontrollers.
"""

from pathlib import Path

from runtimes.bare_metal import PROGRAM, BareMachine
from runtimes.executors.c import CRun
from zoo.plugs import Executor
from zoo.tool import Tool

__all__ = ["EXECUTOR", "CortexM4Executor"]

_COMPILER, _EMULATOR = "arm-none-eabi-gcc", "qemu-system-arm"
_PURPOSE, _REMEDY = "running C on a Cortex-M4F", "scripts/toolchains mcu"
_C_LIBRARY = "/usr/lib/picolibc/arm-none-eabi/picolibc.specs"
_LINKER = (
    "--specs=picolibc.specs",
    "--oslib=semihost",
    "--crt0=semihost",
    # The image's two memories of 4 MiB: constants and code, variables.
    "-Wl,--defsym=__flash=0,--defsym=__flash_size=0x400000",
    "-Wl,--defsym=__ram=0x20000000,--defsym=__ram_size=0x400000",
)
_FLAGS = ("-std=c99", "-O2", "-mthumb", "-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard")
_DEVICES = ("-display", "none", "-monitor", "none", "-serial", "none")
_SEMIHOSTING = ("-semihosting-config", "enable=on,target=native")
_MACHINE = BareMachine(
    compiler=(_COMPILER, *_FLAGS, *_LINKER),
    emulator=(_EMULATOR, "-M", "mps2-an386", *_DEVICES, *_SEMIHOSTING, "-kernel", PROGRAM),
    purpose=_PURPOSE,
    remedy=_REMEDY,
)


class CortexM4Executor(Executor):
    """Arm's bare-metal compiler with picolibc, and qemu."""

    name = "c-cortex-m4"
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


EXECUTOR = CortexM4Executor()
