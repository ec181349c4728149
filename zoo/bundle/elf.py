"""Reads a program's processor and the versions of shared libraries it needs.

Format: System V gABI (chapter 4; ELF-64, little endian) and the symbol versioning of the Linux
Standard Base, chapter 10.7.
"""

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from zoo.errors import ToolchainError

__all__ = ["Version", "c_library", "newest", "processors", "symbol_versions"]

Version = tuple[int, ...]

_MAGIC = b"\x7fELF\x02\x01"  # 64 bits, little endian
_VERSIONS_NEEDED = 0x6FFFFFFE
_SECTION = struct.Struct("<IIQQQQIIQQ")
_NEEDED = struct.Struct("<HHIII")
_SYMBOLS = struct.Struct("<IHHII")
_PROCESSORS = {
    # e_machine: the output of `uname -m` on such machines.
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


def symbol_versions(program: Path) -> tuple[str, ...]:
    """Return what the loader needs, such as 'GLIBC_2.34', sorted; raises ToolchainError."""
    content = program.read_bytes()
    if not content.startswith(_MAGIC):
        raise ToolchainError(f"{program}: is not a 64-bit ELF program; build it again")
    try:
        return tuple(sorted(set(_needed(content))))
    except (struct.error, IndexError) as error:
        raise ToolchainError(f"{program}: its ELF headers are damaged; build it again") from error


def newest(versions: tuple[str, ...], family: str) -> Version:
    """Return the newest version of a family such as 'GLIBC', () if none is needed."""
    numbers = [
        name.removeprefix(f"{family}_") for name in versions if name.startswith(f"{family}_")
    ]
    numeric = [number for number in numbers if number.replace(".", "").isdigit()]
    return max((tuple(map(int, number.split("."))) for number in numeric), default=())


def c_library(files: Iterable[Path]) -> str:
    """Return the glibc version that programs and libraries need, such as '2.28'.

    '' if none is needed; files that are not programs, such as scripts, need none.
    """
    programs = (file for file in files if file.read_bytes()[:6] == _MAGIC)
    needed = max((newest(symbol_versions(file), "GLIBC") for file in programs), default=())
    return ".".join(map(str, needed))


def _needed(content: bytes) -> Iterator[str]:
    sections = list(_sections(content))
    for kind, offset, strings, count in sections:
        if kind != _VERSIONS_NEEDED:
            continue
        names = sections[strings][1]
        for _ in range(count):
            _, symbols, _, first, following = _NEEDED.unpack_from(content, offset)
            symbol = offset + first
            for _ in range(symbols):
                _, _, _, name, next_symbol = _SYMBOLS.unpack_from(content, symbol)
                yield _text(content, names + name)
                symbol += next_symbol
            offset += following


def _sections(content: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield (type, offset, link, info) of each section."""
    (table,) = struct.unpack_from("<Q", content, 0x28)
    size, count = struct.unpack_from("<HH", content, 0x3A)
    for index in range(count):
        header = _SECTION.unpack_from(content, table + index * size)
        _, kind, _, _, offset, _, link, info, _, _ = header
        yield kind, offset, link, info


def _text(content: bytes, offset: int) -> str:
    end = content.index(b"\0", offset)
    return content[offset:end].decode("ascii", "replace")
