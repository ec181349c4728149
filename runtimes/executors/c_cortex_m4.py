"""Runs generated C on an emulated Cortex-M4F without an operating system.

The machine is Arm's MPS2 with the image AN386, which has more memory than microcontrollers: two of
4 MiB.
"""

from pathlib import Path

from runtimes.bare_metal import PROGRAM
from runtimes.cortex_m import cortex_m, cortex_m_tools
from runtimes.executors.c import CRun
from zoo.plugs import Executor

__all__ = ["EXECUTOR", "CortexM4Executor"]

_PROCESSOR = "Cortex-M4F"
_MACHINE = cortex_m(
    _PROCESSOR,
    flags=("-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"),
    memories=(0, 0x20000000, 0x400000),
    board=("-M", "mps2-an386", "-kernel", PROGRAM),
)


class CortexM4Executor(Executor):
    """Arm's bare-metal compiler with picolibc, and qemu."""

    name = "c-cortex-m4"
    is_single = True
    tools = cortex_m_tools(_PROCESSOR)

    def load(self, folder: Path, main: str, threads: int = 1) -> CRun:  # noqa: ARG002
        """Return a function that runs the network described by `main`.

        Raises ToolchainError if a tool is missing, or the compiler fails.
        """
        return _MACHINE.load(folder, main)


EXECUTOR = CortexM4Executor()
