"""Objects are kept by what they are made of, wherever the sources are."""

import json
import os

import pytest

from zoo.build.object_cache import COMMANDS, compile_unit, fill, included_files

COMPILER = """#!/bin/sh
# Writes what it compiles, and a line for each run.
echo run >> "$(dirname "$0")/runs"
while [ "$1" != -c ]; do shift; done
grep -q mistake "$2" && exit 3
cat "$2" > "$4"
"""


@pytest.fixture
def compiler(tmp_path):
    program = tmp_path / "compiler"
    program.write_text(COMPILER)
    program.chmod(0o755)
    return program


@pytest.fixture
def build(tmp_path, compiler):
    """Compile the unit of a folder of sources; return (status, object, runs so far)."""

    def compiled(place, *words):
        source = tmp_path / place
        target = source / "unit.o"
        unit = source / "unit.cpp"
        command = (str(compiler), f"-I{source}", "-c", str(unit), "-o", str(target), *words)
        status = compile_unit(tmp_path / "cache", source, command)
        runs = (tmp_path / "runs").read_text().count("run")
        return status, target.read_text() if target.exists() else "", runs

    return compiled


@pytest.fixture
def sources(tmp_path):
    def written(place, header="int one();\n", unit=""):
        folder = tmp_path / place
        (folder / "core").mkdir(parents=True, exist_ok=True)
        (folder / "core" / "one.hpp").write_text(header)
        (folder / "unit.cpp").write_text(f'#include "{folder}/core/one.hpp"\n{unit}')

    return written


def test_the_same_unit_is_compiled_once_wherever_it_is(build, sources):
    sources("here")
    status, made, runs = build("here")
    assert (status, runs) == (0, 1)
    sources("there")
    assert build("there") == (0, made, 1)


@pytest.mark.parametrize("change", [{"header": "int two();\n"}, {"unit": "int x;\n"}])
def test_other_contents_are_compiled(build, sources, change):
    sources("here")
    build("here")
    sources("here", **change)
    assert build("here")[2] == 2


def test_files_that_swap_their_contents_are_compiled(build, sources, tmp_path):
    sources("here", unit='#include "core/two.hpp"\n')
    one, two = (tmp_path / "here" / "core" / f"{name}.hpp" for name in ("one", "two"))
    two.write_text("int two();\n")
    build("here")
    one.rename(tmp_path / "kept")
    two.rename(one)
    (tmp_path / "kept").rename(two)
    assert build("here")[2] == 2


def test_a_unit_of_the_build_is_compiled_once_wherever_that_is(sources, tmp_path, compiler):
    for place in ("here", "there"):  # as CMake writes units that include several
        sources(place)
        folder = tmp_path / f"build-{place}"
        folder.mkdir()
        (folder / "unit_0.cpp").write_text(f'#include "{tmp_path / place}/unit.cpp"\n')
        command = (str(compiler), "-c", f"{folder}/unit_0.cpp", "-o", f"{folder}/unit_0.o")
        assert compile_unit(tmp_path / "cache", tmp_path / place, command, folder) == 0
    assert (tmp_path / "runs").read_text().count("run") == 1


def test_another_command_or_compiler_compiles(build, sources, compiler):
    sources("here")
    build("here")
    assert build("here", "-DNDEBUG")[2] == 2
    os.utime(compiler, ns=(1, 1))
    assert build("here")[2] == 3


def test_a_failure_is_the_compilers_and_is_not_kept(build, sources):
    sources("here", unit="mistake\n")
    assert build("here") == (3, "", 1)
    assert build("here") == (3, "", 2)


def test_a_damaged_object_is_compiled_again(build, sources, tmp_path):
    sources("here")
    _, made, _ = build("here")
    (kept,) = (tmp_path / "cache").rglob("unit.o")
    kept.write_text("damaged")
    assert build("here") == (0, made, 2)


def test_without_a_place_for_the_cache_it_just_compiles(build, sources, tmp_path):
    sources("here")
    (tmp_path / "cache").write_text("a file")
    assert build("here")[0] == 0
    assert build("here")[2] == 2


def test_a_configured_build_gets_the_objects_that_can_be_made(tmp_path, sources, compiler):
    sources("here")
    sources("broken", unit="mistake\n")
    # CMake's own notes of includes, and a launcher, which some versions write there.
    launcher = "python -m zoo.build.object_cache CACHE SOURCE "
    rows = [(place, words) for place in ("here", "broken") for words in ("", launcher)]
    commands = [
        {
            "directory": str(tmp_path / "build"),
            "command": f"{words}{compiler} -MD -c {tmp_path / place}/unit.cpp -o {number}/unit.o",
        }
        for number, (place, words) in enumerate(rows)
    ]
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / COMMANDS).write_text(json.dumps(commands))
    for _ in range(2):
        fill(tmp_path / "cache", tmp_path / "here", tmp_path / "build")
    made = [(tmp_path / "build" / str(number) / "unit.o").exists() for number in range(4)]
    assert made == [True, True, False, False]
    runs = (tmp_path / "runs").read_text().count("run")
    assert runs == 1 + 4  # what failed is tried again


def test_includes_are_found_at_any_depth_and_in_the_commands_folders(tmp_path):
    for name, text in {
        "unit.cpp": '#include "near.hpp"\n#ifdef NEVER\n  # include <far.hpp>\n#endif\n',
        "near.hpp": '#include <vector>\n#include "unit.cpp"\n',
        "a/far.hpp": "#include <deep.hpp>\n",
        "b/deep.hpp": "",
        "b/other.hpp": "",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    command = ("c++", f"-I{tmp_path / 'a'}", "-isystem", str(tmp_path / "b"))
    found = {path.name for path in included_files(tmp_path / "unit.cpp", command)}
    assert found == {"unit.cpp", "near.hpp", "far.hpp", "deep.hpp"}
