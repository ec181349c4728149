"""Runs generated C on an emulated Cortex-M55, which has vectors (MVE), without an operating system.

The machine is Arm's MPS3 with the image AN547; the program lies in its DRAM.
"""

from pathlib import Path

from runtimes.bare_metal import PROGRAM
from runtimes.cortex_m import cortex_m, cortex_m_tools
from runtimes.executors.c import CRun
from zoo.plugs import Executor

__all__ = ["EXECUTOR", "CortexM55Executor"]

_PROCESSOR = "Cortex-M55"
_MEGABYTES_16 = 0x1000000
_FLASH = 0x60000000
_RAM = _FLASH + _MEGABYTES_16
# The processor reads its stack pointer at address 0, and starts where the program does.
_STACK = f"loader,addr=0,data={_RAM + _MEGABYTES_16:#x},data-len=8"
_MACHINE = cortex_m(
    _PROCESSOR,
    flags=("-mcpu=cortex-m55", "-mfloat-abi=hard"),
    memories=(_FLASH, _RAM, _MEGABYTES_16),
    board=("-M", "mps3-an547", "-device", _STACK, "-device", f"loader,cpu-num=0,file={PROGRAM}"),
)


class CortexM55Executor(Executor):
    """Arm's bare-metal compiler with picolibc, and qemu."""

    name = "c-cortex-m55"
    is_single = True
    tools = cortex_m_tools(_PROCESSOR)

    def load(self, folder: Path, main: str, threads: int = 1) -> CRun:  # noqa: ARG002
        """Return a function that runs the network described by `main`.

        Raises ToolchainError if a tool is missing, or the compiler fails.
        """
        return _MACHINE.load(folder, main)


EXECUTOR = CortexM55Executor()
