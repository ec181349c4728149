"""Processors of a program, from its ELF header (System V gABI, chapter 4)."""

from pathlib import Path

__all__ = ["processors"]

_PROCESSORS = {
    # e_machine: what `uname -m` says where such programs run.
    3: ("i386", "i686", "x86_64"),
    40: ("armv6l", "armv7l", "armv8l"),
    62: ("x86_64",),
    183: ("aarch64", "arm64"),
    243: ("riscv64", "riscv32"),
}


def processors(program: Path) -> tuple[str, ...]:
    """Return the names that `uname -m` may print, () if unknown, as for a script."""
    header = program.read_bytes()[:20]
    machine = int.from_bytes(header[18:20], "little")
    return _PROCESSORS.get(machine, ()) if header.startswith(b"\x7fELF") else ()
