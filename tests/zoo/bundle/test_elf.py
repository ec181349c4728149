import platform
import struct
import sys
from pathlib import Path

import pytest

from codegen.machines import BoardImage, check_versions
from zoo.bundle.elf import c_library, newest, processors, symbol_versions
from zoo.errors import ToolchainError


def elf(*names: str) -> bytes:
    """Return a 64-bit ELF file whose only library is needed in these versions."""
    strings = b"\0" + b"".join(name.encode() + b"\0" for name in names)
    places = [strings.index(name.encode()) for name in names]
    entries = [
        struct.pack("<IHHII", 0, 0, 0, place, 16 if place != places[-1] else 0) for place in places
    ]
    needed = struct.pack("<HHIII", 1, len(names), 0, 16, 0) + b"".join(entries)
    header = bytearray(64)
    header[:6] = b"\x7fELF\x02\x01"
    struct.pack_into("<Q", header, 0x28, 64 + len(strings) + len(needed))
    struct.pack_into("<HH", header, 0x3A, 64, 2)
    at = 64
    sections = struct.pack("<IIQQQQIIQQ", 0, 3, 0, 0, at, len(strings), 0, 0, 1, 0)
    at += len(strings)
    sections += struct.pack("<IIQQQQIIQQ", 0, 0x6FFFFFFE, 0, 0, at, len(needed), 0, 1, 4, 0)
    return bytes(header) + strings + needed + sections


def test_versions_are_read(tmp_path):
    program = tmp_path / "app"
    program.write_bytes(elf("GLIBC_2.34", "GLIBC_2.4", "GLIBCXX_3.4.29", "GLIBC_PRIVATE"))
    versions = symbol_versions(program)
    assert versions == ("GLIBCXX_3.4.29", "GLIBC_2.34", "GLIBC_2.4", "GLIBC_PRIVATE")
    assert newest(versions, "GLIBC") == (2, 34)
    assert newest(versions, "GLIBCXX") == (3, 4, 29)
    assert newest(versions, "GCC") == ()


@pytest.mark.parametrize("content", [b"", b"#!/bin/sh\n", b"\x7fELF\x01\x01" + bytes(60)])
def test_no_elf(tmp_path, content):
    (tmp_path / "app").write_bytes(content)
    with pytest.raises(ToolchainError, match=r"app: is not a 64-bit ELF program; build it again"):
        symbol_versions(tmp_path / "app")


@pytest.mark.parametrize("size", [10, 70, 100, 200])
def test_damaged_elf(tmp_path, size):
    (tmp_path / "app").write_bytes(elf("GLIBC_2.34", "GLIBC_2.17")[:size])
    with pytest.raises(ToolchainError, match=r"app: its ELF headers are damaged; build it again"):
        symbol_versions(tmp_path / "app")


def test_too_new_for_an_image(tmp_path):
    (tmp_path / "app").write_bytes(elf("GLIBC_2.35"))
    old, new = (BoardImage(f"image {minor}", {"GLIBC": (2, minor)}) for minor in (34, 35))
    check_versions(tmp_path / "app", (new,))
    message = r"app: needs GLIBC_2\.35, but image 34 has GLIBC_2\.34 at most; build it with Zig"
    with pytest.raises(ToolchainError, match=message):
        check_versions(tmp_path / "app", (new, old))


def test_the_c_library_of_several_files(tmp_path):
    for name, versions in {"app": ("GLIBC_2.4",), "lib.so": ("GLIBC_2.28", "GLIBC_2.3")}.items():
        (tmp_path / name).write_bytes(elf(*versions))
    (tmp_path / "script").write_text("#!/bin/sh\n")
    assert c_library(sorted(tmp_path.iterdir())) == "2.28"
    assert c_library([tmp_path / "script"]) == ""


@pytest.mark.parametrize(
    ("machine", "names"),
    [(183, ("aarch64", "arm64")), (40, ("armv6l", "armv7l", "armv8l")), (2, ())],
)
def test_processors(tmp_path, machine, names):
    program = tmp_path / "app"
    program.write_bytes(b"\x7fELF" + bytes(14) + machine.to_bytes(2, "little") + bytes(100))
    assert processors(program) == names


@pytest.mark.parametrize("content", [b"", b"#!/bin/sh\n# a long enough script\n", b"\x7fELF"])
def test_what_does_not_say_its_processor(tmp_path, content):
    (tmp_path / "app").write_bytes(content)
    assert processors(tmp_path / "app") == ()


@pytest.mark.skipif(sys.platform != "linux", reason="programs of Linux are ELF files")
def test_this_machines_processor():
    assert platform.machine() in processors(Path(sys.executable))
