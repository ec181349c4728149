import ctypes
import shutil

import pytest

from runtimes.c_compiler import compile_library
from zoo.build.object_cache import objects_folder
from zoo.errors import ToolchainError

OPTIONS = ("-std=c99", "-O1", "-fPIC")


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Return how many objects are kept, from none."""
    monkeypatch.setenv("ZIG_GLOBAL_CACHE_DIR", str(tmp_path / "kept"))

    def count():
        return len(list(objects_folder().rglob("unit.o")))

    return count


@pytest.fixture
def answer(tmp_path):
    """Compile two sources with a compiler, and return what they compute."""

    def computed(compiler, place, kernels="int seven(void) { return 7; }"):
        sources, objects = tmp_path / place, tmp_path / f"{place} objects"
        sources.mkdir()
        objects.mkdir()
        (sources / "network_kernels.c").write_text(kernels)
        (sources / "network.c").write_text("int seven(void);\nint run(void) { return 6*seven(); }")
        library = objects / "network.so"
        compile_library((*compiler, *OPTIONS), sorted(sources.iterdir()), library)
        return ctypes.CDLL(str(library)).run()

    return computed


def test_objects_of_kernels_are_kept(answer, kept):
    assert answer(["cc"], "a") == 42
    assert answer(["cc"], "b") == 42
    assert kept() == 1
    assert answer(["cc"], "c", "int seven(void) { return 8; }") == 48
    assert kept() == 2


def test_a_compiler_behind_another_program_is_not_known(answer, kept, tmp_path):
    """Its file tells nothing of what compiles."""
    script, link = tmp_path / "gcc", tmp_path / "ccache"
    script.write_text('#!/bin/sh\nexec cc "$@"\n')
    script.chmod(0o755)
    link.symlink_to(script)
    for place, compiler in (("a", [shutil.which("env"), "cc"]), ("b", [script]), ("c", [link])):
        assert answer([*map(str, compiler)], place) == 42
    assert kept() == 0


def test_options_and_variables_that_name_files_are_not_known(answer, kept, tmp_path, monkeypatch):
    (tmp_path / "more.h").write_text("#define MORE 1\n")
    assert answer(["cc", f"--include={tmp_path}/more.h"], "a") == 42
    monkeypatch.setenv("CPATH", str(tmp_path))
    assert answer(["cc"], "b") == 42
    assert kept() == 0


def test_a_compiler_is_found_from_where_the_caller_is(answer, kept, tmp_path, monkeypatch):
    (tmp_path / "gcc").symlink_to(shutil.which("cc"))
    monkeypatch.chdir(tmp_path)
    assert answer(["./gcc"], "a") == 42
    assert kept() == 1


def test_a_compiler_that_fails_says_why(answer, kept):
    with pytest.raises(ToolchainError, match=r"cc: failed on .*\n(.*\n)*.*error"):
        answer(["cc"], "a", "int seven(")
    assert kept() == 0
    with pytest.raises(ToolchainError, match="no_such_cc"):
        answer(["no_such_cc"], "b")
