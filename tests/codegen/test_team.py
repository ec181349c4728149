"""Threads of the C back end meet after each layer, without data races."""

import subprocess
from pathlib import Path

import pytest
from host_compilers import CXX

from codegen.templates import TEMPLATES

CPP = TEMPLATES / "cpp"
DRIVER = Path(__file__).with_name("team_driver.cpp")
STRICT = ("-std=c++17", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror")


@pytest.mark.toolchain
@pytest.mark.usefixtures("cpp_tools")
@pytest.mark.parametrize("flags", [("-O2",), ("-O1", "-g", "-fsanitize=thread")])
def test_threads_see_what_the_others_wrote(flags, tmp_path):
    sources = [str(DRIVER), str(CPP / "backends" / "c99_team.cpp")]
    program = tmp_path / "team"
    words = [CXX, *STRICT, *flags, f"-I{CPP}", *sources, "-pthread", "-o", str(program)]
    subprocess.run(words, check=True)
    ran = subprocess.run([str(program)], capture_output=True, text=True, check=True)
    assert ran.stderr == ""
    assert ran.stdout.splitlines() == [f"{count} threads: 0" for count in (1, 2, 3, 5)]
