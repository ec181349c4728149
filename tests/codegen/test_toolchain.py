"""By what programs are compiled, on machines that have or lack it."""

import logging
import sys
from importlib.util import find_spec

import pytest
from spot_app import REQUEST, write_sources

import codegen.toolchain
import codegen.zig_library
import zoo.zig
from codegen.machines import JETSON, PC, RASPBERRY_PI_4, BoardImage, LinuxMachine
from codegen.toolchain import LinuxToolchain
from zoo.bundle.elf import newest, symbol_versions
from zoo.errors import ToolchainError
from zoo.provenance.used import Thing, recording
from zoo.reporting import PROGRESS
from zoo.tool import install_extra


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine without compilers; what CMake is told is written down."""
    told = []

    def build(_, out, options, fill=None):  # noqa: ARG001
        told.extend(options)
        return out / "app"

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("ZIG_GLOBAL_CACHE_DIR", str(tmp_path))
    for name in ("CC", "CXX", "ZOO_TOOLCHAIN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(zoo.zig, "find_spec", lambda name: None)  # noqa: ARG005
    for module in (codegen.toolchain, codegen.zig_library):
        monkeypatch.setattr(module, "cmake_build", build)
    monkeypatch.setattr(codegen.toolchain, "check_versions", lambda program, images: None)  # noqa: ARG005
    return told


@pytest.fixture
def zig(machine, monkeypatch):  # noqa: ARG001
    class Spec:
        origin = "/packages/ziglang/__init__.py"

    monkeypatch.setattr(zoo.zig, "find_spec", lambda name: Spec)  # noqa: ARG005


@pytest.mark.usefixtures("zig")
@pytest.mark.parametrize(
    ("board", "words"),
    [
        (PC, "x86_64-linux-gnu.2.28;-O2;-s"),
        (JETSON, "aarch64-linux-gnu.2.27;-mcpu=cortex_a57;-O2;-s"),
        (RASPBERRY_PI_4, "aarch64-linux-gnu.2.28;-mcpu=cortex_a72;-O2;-s"),
    ],
)
def test_zig_by_default(machine, tmp_path, board, words):
    assert LinuxToolchain(board).build(tmp_path, tmp_path) == tmp_path / "app"
    folders = f"{tmp_path / 'edgezoo-objects'};{tmp_path}"
    launcher = f"{sys.executable};-m;zoo.build.object_cache;{folders}"
    assert machine == [
        "-DCMAKE_SYSTEM_NAME=Linux",
        f"-DCMAKE_SYSTEM_PROCESSOR={board.architecture}",
        f"-DCMAKE_CXX_COMPILER=/packages/ziglang/zig;c++;-target;{words}",
        f"-DCMAKE_C_COMPILER=/packages/ziglang/zig;cc;-target;{words}",
        f"-DCMAKE_C_COMPILER_LAUNCHER={launcher}",
        f"-DCMAKE_CXX_COMPILER_LAUNCHER={launcher}",
        "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON",
    ]
    assert [tool.name for tool in LinuxToolchain(board).tools][:2] == ["CMake", "Zig"]


@pytest.mark.usefixtures("zig", "machine")
def test_only_the_first_program_for_a_machine_is_said_to_take_minutes(tmp_path, caplog):
    caplog.set_level(logging.INFO, PROGRESS.name)
    for board, count in ((PC, 1), (PC, 1), (JETSON, 2), (JETSON, 2)):
        LinuxToolchain(board).build(tmp_path, tmp_path)
        assert caplog.text.count("the first time takes minutes") == count
    for note in tmp_path.glob("edgezoo-*"):
        note.unlink()
    LinuxToolchain(PC).build(tmp_path, tmp_path)
    assert caplog.text.count("the first time takes minutes") == 3


@pytest.mark.usefixtures("zig", "machine")
def test_another_installation_of_zig_builds_its_library_again(tmp_path, caplog, monkeypatch):
    class Elsewhere:
        origin = "/elsewhere/ziglang/__init__.py"

    caplog.set_level(logging.INFO, PROGRESS.name)
    LinuxToolchain(PC).build(tmp_path, tmp_path)
    monkeypatch.setattr(zoo.zig, "find_spec", lambda name: Elsewhere)  # noqa: ARG005
    LinuxToolchain(PC).build(tmp_path, tmp_path)
    assert caplog.text.count("the first time takes minutes") == 2


@pytest.mark.usefixtures("machine")
def test_no_zig(tmp_path):
    with pytest.raises(ToolchainError) as raised:
        LinuxToolchain(PC).build(tmp_path, tmp_path)
    assert str(raised.value) == (
        f"cannot build for PCs: Zig is not installed; {install_extra('cross')}, or use this "
        "machine's own compiler with ZOO_TOOLCHAIN=host: the program then runs on systems as new "
        "as "
        "this one"
    )


def install(folder, name):
    (folder / name).write_text("#!/bin/sh\n")
    (folder / name).chmod(0o755)


@pytest.mark.usefixtures("zig")
def test_this_machine_where_it_is_asked_for(machine, monkeypatch, tmp_path):
    monkeypatch.setenv("ZOO_TOOLCHAIN", "host")
    for name in ("aarch64-linux-gnu-g++", "aarch64-linux-gnu-gcc", "g++", "clang++", "cc"):
        install(tmp_path, name)
    LinuxToolchain(RASPBERRY_PI_4).build(tmp_path, tmp_path)
    assert machine[2:] == [
        "-DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++;-mcpu=cortex-a72",
        "-DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc;-mcpu=cortex-a72",
    ]
    assert LinuxToolchain(PC).compiler() == ("g++",)
    monkeypatch.setenv("CXX", "clang++ -v")
    assert LinuxToolchain(PC).compiler() == ("clang++", "-v")
    assert LinuxToolchain(PC).compiler("c") == ("cc",)
    names = [tool.name for tool in LinuxToolchain(PC).tools]
    assert names == ["CMake", "C++ compiler", "C compiler"]


@pytest.mark.usefixtures("zig")
@pytest.mark.parametrize(
    ("board", "message"),
    [
        (
            PC,
            "cannot build for PCs: no C++ compiler (icpx) on the PATH; apt install g++, or unset "
            "ZOO_TOOLCHAIN to build with Zig",
        ),
        (
            JETSON,
            "cannot build for Jetson boards: no ARM C++ compiler (aarch64-linux-gnu-g++) on the "
            "PATH; apt install g++-aarch64-linux-gnu, or unset ZOO_TOOLCHAIN to build with Zig",
        ),
    ],
)
def test_this_machine_has_no_compiler(monkeypatch, board, message):
    monkeypatch.setenv("ZOO_TOOLCHAIN", "host")
    monkeypatch.setenv("CXX", "icpx")
    with pytest.raises(ToolchainError) as raised:
        LinuxToolchain(board).compiler()
    assert str(raised.value) == message


def test_unknown_toolchain(monkeypatch):
    monkeypatch.setenv("ZOO_TOOLCHAIN", "gcc")
    with pytest.raises(ToolchainError, match=r"^ZOO_TOOLCHAIN=gcc: unknown; set it to zig "):
        LinuxToolchain(PC).compiler()


@pytest.mark.usefixtures("zig")
def test_which_is_asked_for_is_part_of_a_result():
    with recording() as used:
        LinuxToolchain(PC).compiler()
    assert Thing("variable", "ZOO_TOOLCHAIN") in used


@pytest.fixture
def real_zig():
    if find_spec("ziglang") is None:
        pytest.skip("no Zig: pip install 'edgezoo[cross]'")


@pytest.mark.toolchain
@pytest.mark.timeout(1800)  # Zig may have to build its C++ library
@pytest.mark.usefixtures("cpp_tools", "real_zig")
def test_a_program_for_pcs_needs_an_old_c_library_only(tmp_path):
    """The same bytes from any folder, whatever flags the shell has; no C++ library is needed."""
    programs = [
        LinuxToolchain(PC).build(
            write_sources(REQUEST, tmp_path / name), tmp_path / f"{name}.build"
        )
        for name in ("here", "there")
    ]
    first, second = (program.read_bytes() for program in programs)
    assert first == second
    assert str(tmp_path).encode() not in first
    versions = symbol_versions(programs[0])
    assert (2, 2) <= newest(versions, "GLIBC") <= PC.c_library
    assert newest(versions, "GLIBCXX") == ()


def test_a_program_that_is_too_new_for_the_board(monkeypatch, tmp_path):
    board = LinuxMachine("boards", "x86_64", "", (2, 17), (BoardImage("old", {"GLIBC": (2, 1)}),))
    monkeypatch.setattr(LinuxToolchain, "compiler", lambda *_: ("c++",))
    monkeypatch.setattr(codegen.toolchain, "build_by_zig", lambda _, out, __: out / "app")
    monkeypatch.setattr("codegen.machines.symbol_versions", lambda _: ("GLIBC_2.38",))
    with pytest.raises(ToolchainError, match=r"needs GLIBC_2.38, but old has GLIBC_2.1 at most"):
        LinuxToolchain(board).build(tmp_path, tmp_path)
