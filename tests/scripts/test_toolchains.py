"""The scripts that install tools, on a machine where every tool or none is there."""

import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
WORDS = ("dirname", "readlink", "id", "tr", "sort", "cat", "sh")


@pytest.fixture
def machine(tmp_path):
    """A folder for programs, which holds only what shells need."""
    for name in WORDS:
        place = next(p for p in ("/usr/bin", "/bin") if Path(p, name).exists())
        (tmp_path / name).symlink_to(Path(place, name))
    return tmp_path


def run(machine, script, *words):
    return subprocess.run(
        ["/bin/sh", SCRIPTS / script, *words],
        env={"PATH": str(machine), "XDG_CACHE_HOME": str(machine / "cache")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_unknown_group(machine):
    finished = run(machine, "toolchains", "base", "esp32")
    assert finished.returncode == 2
    assert finished.stderr.startswith("toolchains: unknown group 'esp32'; known: base, ")


def test_another_system_is_told_the_packages(machine):
    finished = run(machine, "toolchains", "base", "kv260")
    assert finished.returncode == 1
    told = "toolchains: install the equivalents of these Debian packages:"
    assert finished.stderr.startswith(told)
    assert {"g++", "cmake", "g++-aarch64-linux-gnu"} <= set(finished.stderr.split())


def test_the_raspberry_pi_needs_a_cross_compiler(machine):
    finished = run(machine, "toolchains", "rpi4")
    assert {"g++-aarch64-linux-gnu", "qemu-user", "cmake"} <= set(finished.stderr.split())
    assert "libxir-dev" not in finished.stderr


def test_libraries_that_are_there_are_left_alone(machine):
    folder = machine / "root"
    folder.mkdir()
    script = (SCRIPTS / "arm64_sysroot").read_text()
    listed = script.split('packages="', 1)[1].split('"', 1)[0].split()
    (folder / "packages.txt").write_text("\n".join(sorted(listed)) + "\n")
    finished = run(machine, "arm64_sysroot", folder)
    assert (finished.returncode, finished.stdout) == (0, f"arm64_sysroot: {folder}: there\n")


def test_libraries_need_a_package_manager(machine):
    finished = run(machine, "arm64_sysroot", machine / "root")
    assert finished.returncode == 1
    assert "arm64_sysroot: apt-get and dpkg-deb are needed; build on Debian" in finished.stderr
