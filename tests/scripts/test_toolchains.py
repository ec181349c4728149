"""The scripts that install tools, on a machine where every tool or none is there."""

import os
import re
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
    assert {"cmake", "qemu-user"} <= set(finished.stderr.split())


def test_what_only_tests_need_is_for_tests(machine):
    built, tested = (
        set(run(machine, "toolchains", *groups).stderr.split())
        for groups in (("base", "rpi4", "kv260"), ("test", "xmodel"))
    )
    assert {"openssh-client", "libxir-utils"} <= tested - built


def test_nothing_that_listens_is_installed(machine):
    """Debian starts a service as soon as its package is there, and at each boot."""
    groups = ("base", "rpi4", "kv260", "k210", "mcu", "browser", "test", "xmodel")
    told = run(machine, "toolchains", *groups).stderr
    assert "cmake" in told
    assert not re.search(r"\S*(server|daemon|sshd)\S*", told)


def test_what_is_installed_is_listed_before(machine):
    (machine / "id").unlink()
    program(machine, "id", "echo 0")
    program(machine, "sed", f'PATH={os.environ["PATH"]} exec sed "$@"')
    program(machine, "env", 'shift; exec "$@"')
    program(
        machine,
        "apt-get",
        f'echo "$*" >>{machine}/log; case "$*" in *--simulate*)\n'
        'echo "Inst cmake (3)"; echo "Inst cmake-data (3)"; echo "Conf cmake (3)" ;; esac',
    )
    first, *told = run(machine, "toolchains").stdout.splitlines()
    missing = first.removeprefix("toolchains: base: missing: ")
    assert "cmake" in missing.split()
    assert told == [
        "toolchains: with dependencies: cmake cmake-data",
        f"toolchains: apt-get install --no-install-recommends {missing}",
        "toolchains: base: all installed",
    ]
    last = (machine / "log").read_text().splitlines()[-1]
    assert last == f"install --no-install-recommends {missing} -qq -y"


def program(machine, name, script):
    (machine / name).write_text(f"#!/bin/sh\n{script}\n")
    (machine / name).chmod(0o755)


def test_libraries_that_are_there_are_left_alone(machine):
    folder = machine / "root"
    folder.mkdir()
    script = (SCRIPTS / "arm64_sysroot").read_text()
    listed = script.split('packages="', 1)[1].split('"', 1)[0].split()
    (folder / "packages.txt").write_text("\n".join(sorted(listed)) + "\n")
    finished = run(machine, "arm64_sysroot", folder)
    assert (finished.returncode, finished.stdout) == (
        0,
        f"arm64_sysroot: {folder}: already there\n",
    )


def test_libraries_need_a_package_manager(machine):
    finished = run(machine, "arm64_sysroot", machine / "root")
    assert finished.returncode == 1
    assert "arm64_sysroot: apt-get and dpkg-deb are needed; build on Debian" in finished.stderr
