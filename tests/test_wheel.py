"""The wheel holds the five rooms, all of their files and nothing else, and runs by itself."""

import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from made_once import made_once

ROOT = Path(__file__).parents[1]
ROOMS = ("codegen", "compilers", "recipes", "runtimes", "zoo")
TOP = ("pyproject.toml", "README.md", "LICENSE")
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    def make(folder: Path) -> None:
        for room in ROOMS:
            shutil.copytree(ROOT / room, folder / "source" / room, ignore=IGNORED)
        for name in TOP:
            shutil.copy(ROOT / name, folder / "source" / name)
        command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
        command += ["--wheel-dir", folder, folder / "source"]
        subprocess.run(command, check=True, capture_output=True)

    return next(made_once(tmp_path_factory, "wheel", make).glob("*.whl"))


def contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_it_holds_every_file_of_the_rooms_and_nothing_else(wheel):
    wanted = {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert contents(wheel) == wanted
    kinds = {Path(name).suffix for name in wanted}
    assert {".py", ".hpp", ".cpp", ".j2", ".json", ".toml", ".onnx", ".png", ".md"} <= kinds


def test_top_level_is_the_five_rooms(wheel):
    assert {name.partition("/")[0] for name in contents(wheel)} == set(ROOMS)


def test_it_runs_in_an_environment_of_its_own(wheel, tmp_path):
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    purelib = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.run(purelib, check=True, capture_output=True, text=True).stdout.strip())
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    # Its dependencies are those of this environment, but for the checkout.
    (site / "dependencies.pth").write_text(f"{Path(pytest.__file__).parents[1]}\n")
    finished = subprocess.run(
        [python, "-c", PROBE, site], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (finished.returncode, finished.stderr) == (0, "")


PROBE = """
import json, sys
from pathlib import Path
from click.testing import CliRunner
import codegen, compilers, recipes, runtimes, zoo
from zoo import registry
from zoo.cli.main import cli
from zoo.plugins import KINDS

for room in (codegen, compilers, recipes, runtimes, zoo):
    assert Path(room.__file__).is_relative_to(sys.argv[1]), room.__file__
listed = json.loads(CliRunner().invoke(cli, ["list", "--json"]).output)
assert listed["models"] and listed["targets"], listed
for kind in KINDS:
    for name in registry.names(kind):
        registry.load(kind, name)
"""
