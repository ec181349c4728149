import pytest

from codegen.kria import KriaToolchain, sysroot
from codegen.machines import KRIA
from codegen.vart import build_stand_in
from zoo.errors import ToolchainError

TOOLCHAIN = KriaToolchain(KRIA)


@pytest.fixture
def nothing(monkeypatch, tmp_path):
    """A machine without the cross tools."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("ZOO_ARM64_SYSROOT", raising=False)


@pytest.mark.usefixtures("nothing")
def test_missing_libraries(tmp_path):
    message = (
        f"{tmp_path}/edgezoo/sysroots/debian12-arm64: has no ARM libraries with AMD's VART; "
        "scripts/toolchains kv260, or name a folder of them with ZOO_ARM64_SYSROOT"
    )
    with pytest.raises(ToolchainError) as raised:
        sysroot()
    assert str(raised.value) == message


@pytest.fixture
def libraries(monkeypatch, tmp_path):
    """A folder with the headers that are asked for."""
    for name in ("vart", "c++/12"):
        (tmp_path / "usr" / "include" / name).mkdir(parents=True)
    monkeypatch.setenv("ZOO_ARM64_SYSROOT", str(tmp_path))
    return tmp_path


def test_libraries_elsewhere(libraries):
    assert sysroot() == libraries
    (libraries / "usr" / "include" / "c++" / "12").rmdir()
    (libraries / "usr" / "include" / "c++").rmdir()
    with pytest.raises(ToolchainError, match=r"has no ARM libraries with the headers of C\+\+"):
        sysroot()


def test_missing_emulator(libraries, monkeypatch):
    monkeypatch.setenv("PATH", str(libraries))
    message = r"of 64-bit ARM: no qemu-aarch64 on the PATH; scripts/toolchains kv260"
    with pytest.raises(ToolchainError, match=message), TOOLCHAIN.launcher({}):
        pass


def test_the_headers_of_the_boards_library_in_place_of_those_of_zig(libraries, monkeypatch):
    monkeypatch.delenv("ZOO_TOOLCHAIN", raising=False)
    monkeypatch.setattr("codegen.toolchain._zig_words", lambda *_: ("zig",))
    include = libraries / "usr" / "include"
    assert TOOLCHAIN.compiler() == (
        "zig",
        "-nostdinc++",
        "-nostdlib++",
        f"-I{include}/c++/12",
        f"-I{include}/aarch64-linux-gnu/c++/12",
        f"-isystem{include}",
    )
    assert TOOLCHAIN.compiler("c") == ("zig", f"-isystem{include}")


def test_stand_in_that_does_not_compile(libraries, monkeypatch):
    fake = libraries / "aarch64-linux-gnu-gcc"
    fake.write_text("#!/bin/sh\necho 'network.c:1: error: what is this' >&2\nexit 1\n")
    fake.chmod(0o755)
    fake.with_name("aarch64-linux-gnu-g++").symlink_to(fake)
    (libraries / "network.c").touch()
    monkeypatch.setenv("PATH", str(libraries))
    monkeypatch.setenv("ZOO_TOOLCHAIN", "host")
    message = (
        r"building the stand-in for the DPU failed: .*gcc .*-std=c99 .*\nnetwork.c:1: error: what"
    )
    with pytest.raises(ToolchainError, match=message):
        build_stand_in(TOOLCHAIN, libraries, libraries)
