"""Arm's bare-metal compiler with picolibc, and boards with a Cortex-M that qemu emulates."""

from collections.abc import Sequence

from runtimes.bare_metal import BareMachine
from zoo.tool import Tool

__all__ = ["cortex_m", "cortex_m_tools"]

_COMPILER, _EMULATOR = "arm-none-eabi-gcc", "qemu-system-arm"
_REMEDY = "scripts/toolchains mcu"
_C_LIBRARY = "/usr/lib/picolibc/arm-none-eabi/picolibc.specs"
_LIBRARY = ("--specs=picolibc.specs", "--oslib=semihost", "--crt0=semihost")
_DEVICES = ("-display", "none", "-monitor", "none", "-serial", "none")
_SEMIHOSTING = ("-semihosting-config", "enable=on,target=native")


def cortex_m(
    processor: str,
    flags: Sequence[str],
    memories: tuple[int, int, int],
    board: Sequence[str],
) -> BareMachine:
    """Return a board.

    processor: such as 'Cortex-M4F'.  flags: of the compiler, for it.
    memories: where constants and code begin, where variables do, and the bytes of either.
    board: options of the emulator, which load the program.
    """
    flash, ram, size = memories
    places = (
        f"-Wl,--defsym=__flash={flash:#x},--defsym=__flash_size={size:#x}",
        f"-Wl,--defsym=__ram={ram:#x},--defsym=__ram_size={size:#x}",
    )
    return BareMachine(
        compiler=(_COMPILER, "-std=c99", "-O2", "-mthumb", *flags, *_LIBRARY, *places),
        emulator=(_EMULATOR, *_DEVICES, *_SEMIHOSTING, *board),
        purpose=_purpose(processor),
        remedy=_REMEDY,
    )


def cortex_m_tools(processor: str) -> tuple[Tool, ...]:
    """Return what such boards need."""
    purpose = _purpose(processor)
    return (
        Tool("Cortex-M compiler", "program", (_COMPILER,), purpose, _REMEDY),
        Tool("Cortex-M C library", "file", (_C_LIBRARY,), purpose, _REMEDY),
        Tool("Cortex-M machine", "program", (_EMULATOR,), purpose, _REMEDY),
    )


def _purpose(processor: str) -> str:
    return f"running C on a {processor}"
