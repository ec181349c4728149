"""Compilers and emulator of ARM boards, on machines that have or lack them."""

from pathlib import Path

import pytest

import codegen.arm_linux
from codegen.arm_linux import ArmLinux, cross_build, emulated
from codegen.board_images import BoardImage
from zoo.errors import ToolchainError

OLD = ArmLinux("cortex-a57", BoardImage("JetPack 4.6", {"GLIBC": (2, 27)}))
NEW = ArmLinux("cortex-a72", BoardImage("Debian 12", {"GLIBC": (2, 36)}))
MACROS = (
    "#define __GLIBC__ 2\n#define __GLIBC_USE(F) __GLIBC_USE_ ## F\n#define __GLIBC_MINOR__ {}\n"
)


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine without compilers; what CMake is told is written down."""
    told = []

    def build(_, out, options):
        told.extend(options)
        return out / "app"

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(codegen.arm_linux, "find_spec", lambda name: None)  # noqa: ARG005
    monkeypatch.setattr(codegen.arm_linux, "cmake_build", build)
    monkeypatch.setattr(codegen.arm_linux, "check_versions", lambda program, images: None)  # noqa: ARG005
    return told


def install_gnu(folder, minor):
    program = folder / "aarch64-linux-gnu-g++"
    program.write_text(f"#!/bin/sh\nprintf '%s' '{MACROS.format(minor)}'\n")
    program.chmod(0o755)


def install_zig(monkeypatch):
    class Spec:
        origin = "/packages/ziglang/__init__.py"

    monkeypatch.setattr(codegen.arm_linux, "find_spec", lambda name: Spec)  # noqa: ARG005


def test_gnu_where_its_library_is_old_enough(machine, tmp_path):
    install_gnu(tmp_path, 36)
    assert cross_build(tmp_path, tmp_path, NEW) == tmp_path / "app"
    assert machine == [
        "-DCMAKE_SYSTEM_NAME=Linux",
        "-DCMAKE_SYSTEM_PROCESSOR=aarch64",
        "-DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++",
        "-DCMAKE_CXX_FLAGS=-mcpu=cortex-a72",
        "-DCMAKE_COMPILE_WARNING_AS_ERROR=ON",
    ]


@pytest.mark.parametrize(("minor", "board", "version"), [(36, OLD, "2.27"), (39, NEW, "2.36")])
def test_zig_where_it_is_too_new(machine, monkeypatch, tmp_path, minor, board, version):
    install_gnu(tmp_path, minor)
    install_zig(monkeypatch)
    cross_build(tmp_path, tmp_path, board)
    cpu = board.cpu.replace("-", "_")
    assert machine[2] == (
        "-DCMAKE_CXX_COMPILER=/packages/ziglang/zig;c++;-target;"
        f"aarch64-linux-gnu.{version};-mcpu={cpu}"
    )


@pytest.mark.usefixtures("machine")
def test_no_compiler(tmp_path):
    with pytest.raises(ToolchainError) as raised:
        cross_build(tmp_path, tmp_path, NEW)
    assert str(raised.value) == (
        "cannot build for Debian 12, whose C library is 2.36: no aarch64-linux-gnu-g++ on the "
        "PATH, and Zig is not installed; pip install 'edgezoo[cross]', or scripts/toolchains rpi4 "
        "on Debian 12"
    )


@pytest.mark.usefixtures("machine")
def test_compiler_that_is_too_new(tmp_path):
    install_gnu(tmp_path, 36)
    with pytest.raises(ToolchainError) as raised:
        cross_build(tmp_path, tmp_path, OLD)
    assert str(raised.value) == (
        "cannot build for JetPack 4.6, whose C library is 2.27: aarch64-linux-gnu-g++ has C "
        "library 2.36, and Zig is not installed; pip install 'edgezoo[cross]'"
    )


def test_no_emulator(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    message = "cannot run programs of 64-bit ARM: no qemu-aarch64 on the PATH; scripts/toolchains"
    with pytest.raises(ToolchainError, match=message), emulated(NEW):
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
    monkeypatch.setattr(codegen.arm_linux, "_LIBRARIES", tmp_path / "none")
    with pytest.raises(ToolchainError) as raised, emulated(NEW):
        pass
    assert str(raised.value) == (
        f"{tmp_path}/none: no C library for 64-bit ARM is there, which its programs run with; "
        "scripts/toolchains rpi4"
    )


def test_emulator_gets_cpu_and_root(emulator, monkeypatch, tmp_path):
    monkeypatch.setattr(codegen.arm_linux, "_LIBRARIES", tmp_path)
    with emulated(NEW) as words:
        *command, root = words
        assert command == [emulator, "-cpu", "cortex-a72", "-L"]
        assert Path(root, "lib").resolve() == tmp_path
        cpuinfo = Path(root, "proc", "cpuinfo").read_text()
    assert "CPU part\t: 0xd08\n" in cpuinfo
    assert not Path(root).exists()
