"""Wheels of other machines: kept once checked, downloaded by pip."""

import hashlib
import subprocess
import zipfile
from dataclasses import replace

import pytest

import codegen.wheels
from codegen.apps.raspberry_pi import LITERT_ARM
from codegen.apps.runtime_parts import ONNXRUNTIME_ARM
from codegen.wheels import Wheel, wheel_file, wheel_library
from zoo.errors import ToolchainError

FILE = "lib-1.0-cp311-cp311-manylinux_2_27_aarch64.whl"


@pytest.fixture
def cache(monkeypatch, tmp_path):
    """An empty cache of wheels."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "edgezoo" / "wheels"


@pytest.fixture
def packed(tmp_path):
    """The content of a wheel, and what describes it."""
    path = tmp_path / FILE
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lib/lib.so", b"ELF")
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return content, Wheel("Lib", "lib", "1.0", FILE, digest, "ab/cd/ef", "lib/lib.so")


def keep(cache, content):
    cache.mkdir(parents=True)
    (cache / FILE).write_bytes(content)


def test_a_file_that_is_there_needs_no_network(cache, packed, monkeypatch):
    monkeypatch.setattr(codegen.wheels.subprocess, "run", None)
    content, wheel = packed
    keep(cache, content)
    assert wheel_file(wheel) == cache / FILE
    library = wheel_library(wheel)
    assert library == cache / FILE.removesuffix(".whl") / "lib" / "lib.so"
    assert library.read_bytes() == b"ELF"
    assert wheel_library(wheel) == library


def test_another_file_is_refused(cache, packed):
    content, wheel = packed
    keep(cache, content + b"!")
    with pytest.raises(ToolchainError) as raised:
        wheel_library(wheel)
    found = hashlib.sha256(content + b"!").hexdigest()
    assert str(raised.value) == (
        f"{cache / FILE}: has SHA-256 {found}, expected {wheel.sha256}; delete it to download it "
        "again"
    )


def test_a_file_without_the_library_is_told(cache, packed):
    content, wheel = packed
    keep(cache, content)
    with pytest.raises(ToolchainError, match=r"aarch64\.whl: holds no lib/other\.so; name another"):
        wheel_library(replace(wheel, member="lib/other.so"))


def pip(monkeypatch, content, error=""):
    """Let pip write a file, and tell an error. Return the words it was called with."""
    words = []

    def run(command, **_):
        words.extend(command)
        if content is not None:
            place = command[command.index("--dest") + 1]
            (codegen.wheels.Path(place) / FILE).write_bytes(content)
        return subprocess.CompletedProcess(command, 0, "", error)

    monkeypatch.setattr(codegen.wheels.subprocess, "run", run)
    return words


def test_pip_downloads_for_the_other_machine(cache, packed, monkeypatch):
    content, wheel = packed
    words = pip(monkeypatch, content)
    assert wheel_file(wheel).read_bytes() == content
    assert words[words.index("--platform") + 1] == "manylinux_2_27_aarch64"
    assert words[words.index("--python-version") + 1] == "311"
    assert words[-1] == "lib==1.0"
    assert sorted(path.name for path in cache.iterdir()) == [FILE, f"{FILE}.lock"]


def test_a_download_that_is_another_file_is_not_kept(cache, packed, monkeypatch):
    content, wheel = packed
    pip(monkeypatch, content + b"!")
    with pytest.raises(ToolchainError, match=r"has SHA-256 .*, expected .*; delete it"):
        wheel_file(wheel)
    assert not (cache / FILE).exists()


def test_offline(cache, packed, monkeypatch):
    pip(monkeypatch, None, "WARNING: retrying\nERROR: No matching distribution found for lib==1.0")
    with pytest.raises(ToolchainError) as raised:
        wheel_file(packed[1])
    assert str(raised.value) == (
        "lib 1.0: pip cannot download it (ERROR: No matching distribution found for lib==1.0); it "
        f"is needed once: download https://files.pythonhosted.org/packages/ab/cd/ef/{FILE} into "
        f"{cache}"
    )


@pytest.mark.parametrize("wheel", [LITERT_ARM, ONNXRUNTIME_ARM])
def test_wheels_are_of_one_version_throughout(wheel):
    name = wheel.project.replace("-", "_")
    assert wheel.file.startswith(f"{name}-{wheel.version}-cp311-cp311-manylinux_")
    assert wheel.file.endswith("_aarch64.whl")
    assert replace(wheel, path="a/b").url.endswith(f"/packages/a/b/{wheel.file}")
