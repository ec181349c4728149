import pytest

from codegen.aarch64 import compiler, launcher, sysroot
from codegen.stand_in import build_stand_in
from zoo.errors import ToolchainError


@pytest.fixture
def nothing(monkeypatch, tmp_path):
    """A machine without the cross tools."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("ZOO_ARM64_SYSROOT", raising=False)


@pytest.mark.usefixtures("nothing")
def test_missing_libraries(tmp_path):
    message = (
        f"{tmp_path}/edgezoo/sysroots/debian12-arm64: no ARM libraries with AMD's VART are there; "
        "scripts/toolchains kv260, or name a folder of them by ZOO_ARM64_SYSROOT"
    )
    with pytest.raises(ToolchainError) as raised:
        sysroot()
    assert str(raised.value) == message


def test_libraries_elsewhere(monkeypatch, tmp_path):
    (tmp_path / "usr" / "include" / "vart").mkdir(parents=True)
    monkeypatch.setenv("ZOO_ARM64_SYSROOT", str(tmp_path))
    assert sysroot() == tmp_path


@pytest.mark.usefixtures("nothing")
def test_missing_programs(tmp_path):
    message = (
        r"cannot build the app for 64-bit ARM: no aarch64-linux-gnu-g\+\+ on the PATH; scripts"
    )
    with pytest.raises(ToolchainError, match=message):
        compiler()
    message = r"cannot run the app for 64-bit ARM: no qemu-aarch64 on the PATH; scripts/toolchains"
    with pytest.raises(ToolchainError, match=message):
        launcher(tmp_path)


def test_stand_in_that_does_not_compile(monkeypatch, tmp_path):
    (tmp_path / "usr" / "include" / "vart").mkdir(parents=True)
    fake = tmp_path / "aarch64-linux-gnu-gcc"
    fake.write_text("#!/bin/sh\necho 'network.c:1: error: what is this' >&2\nexit 1\n")
    fake.chmod(0o755)
    fake.with_name("aarch64-linux-gnu-g++").symlink_to(fake)
    (tmp_path / "network.c").touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("ZOO_ARM64_SYSROOT", str(tmp_path))
    message = (
        r"building the stand-in for the DPU failed: .*gcc -std=c99 .*\nnetwork.c:1: error: what"
    )
    with pytest.raises(ToolchainError, match=message):
        build_stand_in(tmp_path, tmp_path)
