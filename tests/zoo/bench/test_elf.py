import sys
from pathlib import Path

import pytest

from zoo.bench.elf import processors


@pytest.mark.parametrize(
    ("machine", "names"),
    [(183, ("aarch64", "arm64")), (40, ("armv6l", "armv7l", "armv8l")), (2, ())],
)
def test_processors(tmp_path, machine, names):
    program = tmp_path / "app"
    program.write_bytes(b"\x7fELF" + bytes(14) + machine.to_bytes(2, "little") + bytes(100))
    assert processors(program) == names


@pytest.mark.parametrize("content", [b"", b"#!/bin/sh\n# a long enough script\n", b"\x7fELF"])
def test_what_does_not_say(tmp_path, content):
    (tmp_path / "app").write_bytes(content)
    assert processors(tmp_path / "app") == ()


@pytest.mark.skipif(sys.platform != "linux", reason="programs of Linux are ELF files")
def test_this_machine():
    import platform

    assert platform.machine() in processors(Path(sys.executable))
