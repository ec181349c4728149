"""Programs see the processor's dot products of bytes, whatever compiles them."""

import platform
import shutil
import subprocess
from pathlib import Path

import pytest
from host_compilers import CXX

from codegen.machines import PC
from codegen.templates import TEMPLATES
from codegen.toolchain import LinuxToolchain

pytestmark = [
    pytest.mark.toolchain,
    pytest.mark.skipif(platform.machine() != "x86_64", reason="a program for x86-64"),
]
MAIN = """#include <cstdio>

#include "core/vnni.hpp"

int main() { std::puts(zoo::has_vnni() ? "yes" : "no"); }
"""
EMULATOR = "qemu-x86_64"


@pytest.fixture(params=["zig", "host"])
def program(request, tmp_path, monkeypatch):
    monkeypatch.setenv("ZOO_TOOLCHAIN", request.param)
    if request.param == "host" and shutil.which(CXX) is None:
        pytest.skip(f"no {CXX}: apt install g++")
    (tmp_path / "main.cpp").write_text(MAIN)
    strict = ["-std=c++17", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]
    words = [*LinuxToolchain(PC).compiler(), *strict, f"-I{TEMPLATES / 'cpp'}"]
    subprocess.run([*words, tmp_path / "main.cpp", "-o", tmp_path / "main"], check=True)
    return tmp_path / "main"


def answer(*words):
    return subprocess.check_output(words, text=True).strip()


def test_this_processor(program):
    (flags, *_) = (
        line.split(":")[1].split()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("flags")
    )
    wanted = "yes" if {"avx512_vnni", "avx_vnni"} & {*flags} else "no"
    assert answer(program) == wanted


@pytest.mark.parametrize("processor", ["Nehalem", "Haswell"])
def test_processors_without(program, processor):
    if shutil.which(EMULATOR) is None:
        pytest.skip(f"no {EMULATOR}: apt install qemu-user")
    assert answer(EMULATOR, "-cpu", processor, program) == "no"
