"""The emulator of ARM boards, on machines that have or lack it."""

from pathlib import Path

import pytest

import codegen.emulator
from codegen.emulator import emulated
from codegen.machines import RASPBERRY_PI_4
from zoo.errors import ToolchainError


def test_no_emulator(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    message = "cannot run programs of 64-bit ARM: no qemu-aarch64 on the PATH; scripts/toolchains"
    with pytest.raises(ToolchainError, match=message), emulated(RASPBERRY_PI_4):
        pass


@pytest.fixture
def emulator(monkeypatch, tmp_path):
    program = tmp_path / "qemu-aarch64"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    return str(program)


@pytest.mark.usefixtures("emulator")
def test_no_libraries(monkeypatch, tmp_path):
    monkeypatch.setattr(codegen.emulator, "_LIBRARIES", tmp_path / "none")
    with pytest.raises(ToolchainError) as raised, emulated(RASPBERRY_PI_4):
        pass
    assert str(raised.value) == (
        f"{tmp_path}/none: has no C library for 64-bit ARM, which such programs need; "
        "scripts/toolchains rpi4"
    )


def test_emulator_gets_cpu_and_root(emulator, monkeypatch, tmp_path):
    monkeypatch.setattr(codegen.emulator, "_LIBRARIES", tmp_path)
    with emulated(RASPBERRY_PI_4) as words:
        *command, root = words
        assert command == [emulator, "-cpu", "cortex-a72", "-L"]
        assert Path(root, "lib").resolve() == tmp_path
        cpuinfo = Path(root, "proc", "cpuinfo").read_text()
    assert "CPU part\t: 0xd08\n" in cpuinfo
    assert not Path(root).exists()
