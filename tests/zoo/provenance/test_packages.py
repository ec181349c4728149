"""What Python packages consist of and import."""

from importlib.metadata import version

import pytest
from seen_anew import see_anew

from zoo import registry
from zoo.build.pipeline import STAGES
from zoo.provenance.packages import (
    ABSENT,
    code_digest,
    library_version,
    own_distribution,
    part_of,
    reached,
)


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
    parts, libraries = reached("toy_room.ops.add")
    assert parts == {"toy_room", "toy_other"}
    assert libraries == {"numpy", "pillow", "no_such_library"}


def test_our_rooms_import_the_zoo_and_libraries():
    parts, libraries = reached("codegen.apps.pc")
    assert {"codegen", "zoo", "zoo.data"} <= parts
    assert {"numpy", "Jinja2"} <= libraries
    assert "setuptools" not in libraries
    assert own_distribution("codegen") == "edgezoo"


@pytest.fixture
def rooms(package):
    """Write modules of sub-packages; return parts(module), anew."""

    def write(**sources):
        for name, source in sources.items():
            path = package / f"{name.replace('_in_', '/')}.py"
            path.parent.mkdir(exist_ok=True)
            (path.parent / "__init__.py").touch()
            path.write_text(source)
        see_anew()
        return lambda module: reached(module)[0]

    return write


def test_sub_packages_that_nothing_imports_do_not_count(package, rooms):
    parts = rooms(
        a_in_one="from toy_room.b import two\n",
        b_in_two="def f():\n    from ..c.three import x\n",
        c_in_three="from . import four\n",
        c_in_four="",
        b_in_other="import toy_room.d.five\n",
        d_in_five="import toy_room.a.one\n",
        main="import toy_room.d.five\n",
    )
    assert parts("toy_room.a.one") == {"toy_room", "toy_room.a", "toy_room.b", "toy_room.c"}
    assert parts("toy_room.b.two") == {"toy_room", "toy_room.b", "toy_room.c"}
    assert parts("toy_room.c.four") == {"toy_room", "toy_room.c"}
    assert "toy_room.d" in parts("toy_room.main")
    digests = {part: code_digest(part) for part in parts("toy_room.b.two")}
    (package / "d" / "five.py").write_text("changed")
    assert {part: digest_anew(part) for part in digests} == digests
    (package / "c" / "header.hpp").write_text("changed")
    changed = {part for part, digest in digests.items() if digest_anew(part) != digest}
    assert changed == {"toy_room.c"}


@pytest.mark.parametrize(
    "source",
    [
        "from importlib import import_module\nimport_module('toy_room.d.five')\n",
        "import importlib as i\nx = i.import_module\n",
        "from importlib import import_module as get\n",
        "__import__('toy_room.d')\n",
    ],
)
def test_what_is_imported_by_name_may_be_all_of_the_package(rooms, source):
    parts = rooms(a_in_one=source, d_in_five="import no_such_library\n")
    assert parts("toy_room.a.one") == {"toy_room", "toy_room.a", "toy_room.d"}
    assert reached("toy_room.a.one")[1] == {"no_such_library"}


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_stage_depends_on_what_it_can_reach_alone(stage):
    parts = reached(stage.run.partition(":")[0])[0]
    assert {"zoo", "zoo.build", "zoo.data", "zoo.provenance"} <= parts
    assert parts.isdisjoint({"zoo.cli", "zoo.bench"})
    assert ("zoo.bundle" in parts) == (stage.name in ("verify", "package"))
    proving = ("hub", "quantize", "judge", "generate", "verify", "package")
    assert ("zoo.proof" in parts) == (stage.name in proving)


def test_no_plugin_depends_on_the_command_line_or_on_benchmarks():
    kinds = ("compiler", "executor", "app", "quantizer", "format", "package", "op", "lowering")
    targets = (d.target for kind in kinds for d in registry.descriptors(kind))
    modules = {target.partition(":")[0] for target in targets}
    parts = {part for module in modules for part in reached(module)[0]}
    assert {"codegen", "compilers.xmodel", "runtimes.executors"} <= parts
    assert parts.isdisjoint({"zoo.cli", "zoo.bench"})


def test_parts_of_packages():
    names = ("zoo", "zoo.errors", "zoo.build.stages.hub", "zoo.nothing", "no_such_package.a")
    found = [part_of(name) for name in names]
    assert found == ["zoo", "zoo", "zoo.build", "zoo", "no_such_package"]
    assert own_distribution("zoo.build") == "edgezoo"


def test_versions_of_libraries():
    assert library_version("numpy") == version("numpy")
    assert library_version("no-such-library") == ABSENT


@pytest.mark.parametrize(
    "place", ["toy_words-1.2.dist-info/METADATA", "toy_words.egg-info/PKG-INFO"]
)
def test_a_version_is_not_taken_from_the_description(files, monkeypatch, place):
    text = b"Metadata-Version: 2.1\nName: toy-words\nVersion: 1.2\n\nVersion: 3\n"
    monkeypatch.syspath_prepend(files({place: text}))
    library_version.cache_clear()
    assert library_version("toy-words") == "1.2"
    library_version.cache_clear()
