"""What Python packages consist of and import."""

from importlib.metadata import version

import pytest
from seen_anew import see_anew

from zoo.provenance.packages import ABSENT, code_digest, library_version, own_distribution, reached


@pytest.fixture
def package(files, monkeypatch):
    """The folder of a package `toy_room`."""
    folder = files({"toy_room/__init__.py": b"", "toy_room/ops/add.py": b"x = 1"})
    monkeypatch.syspath_prepend(folder)
    see_anew()
    yield folder / "toy_room"
    monkeypatch.undo()
    see_anew()


def digest_anew(package: str) -> str:
    see_anew()
    return code_digest(package)


@pytest.mark.parametrize(
    "name",
    [
        "ops/add.py",
        "a.hpp",
        "a.h",
        "a.kt",
        "a.cmake",
        "a.proto",
        "a.sh",
        "a.j2",
        "a.bin",
        ".x",
        "y",
    ],
)
def test_every_file_of_a_package_counts(package, name):
    before = code_digest("toy_room")
    (package / name).write_bytes(b"new")
    changed = digest_anew("toy_room")
    (package / name).rename(package / "other")
    assert len({before, changed, digest_anew("toy_room")}) == 3


def test_compiled_files_do_not_count(package):
    before = code_digest("toy_room")
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "add.pyc").write_bytes(b"compiled")
    assert digest_anew("toy_room") == before


def test_a_process_has_the_code_that_it_saw_first(package):
    before = code_digest("toy_room")
    (package / "ops" / "add.py").write_bytes(b"x = 2")
    assert code_digest("toy_room") == before != digest_anew("toy_room")


def test_modules_and_folders_without_init(package):
    (package.parent / "toy_module.py").write_bytes(b"x = 1")
    (package.parent / "toy_bare").mkdir()
    (package.parent / "toy_bare" / "module.py").write_bytes(b"x = 1")
    digests = {code_digest(name) for name in ("toy_module", "toy_bare", "toy_room")}
    assert len(digests) == 3
    assert ABSENT not in digests
    assert code_digest("no_such_package") == ABSENT


def test_what_code_imports_is_found(package):
    (package / "ops" / "add.py").write_text(
        "import os, numpy.linalg\ndef f():\n    from PIL import Image; import toy_other\n"
    )
    (package / "not_python.py").write_text("import = ")
    (package.parent / "toy_other.py").write_text("import no_such_library\nfrom . import x\n")
    packages, libraries = reached(["toy_room"])
    assert packages == {"toy_room", "toy_other"}
    assert libraries == {"numpy", "pillow", "no_such_library"}


def test_our_rooms_import_the_zoo_and_libraries():
    packages, libraries = reached(["codegen"])
    assert packages == {"codegen", "zoo"}
    assert {"numpy", "Jinja2"} <= libraries
    assert "setuptools" not in libraries
    assert own_distribution("codegen") == "edgezoo"


def test_versions_of_libraries():
    assert library_version("numpy") == version("numpy")
    assert library_version("no-such-library") == ABSENT
