"""The pinned packages are those that pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NEEDED = {"": [*PROJECT["dependencies"]], **PROJECT["optional-dependencies"]}
LINE = re.compile(r"([A-Za-z0-9._-]+)==(\S+) --hash=sha256:[0-9a-f]{64}")
FILES = sorted((ROOT / "pins").glob("*.txt"))


def pins(file):
    """Return versions by package; each line has a digest."""
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    found = {}
    for line in lines:
        name, version = LINE.fullmatch(line).groups()
        found[name.lower().replace("_", "-")] = version
    assert len(found) == len(lines)
    return found


def platform(file):
    return file.name.partition(".txt")[0].removesuffix(".litert").removesuffix(".rtx")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_they_are_within_what_is_asked_for(file):
    extra = file.suffixes[-2].removeprefix(".") if len(file.suffixes) > 2 else ""
    groups = [extra] if extra in NEEDED and extra else ["", "cross", "dev"]
    base = FILES[[f.name for f in FILES].index(f"{platform(file)}.txt")]
    known = {**pins(base), **pins(file)}
    python = re.search(r"py(\d+\.\d+)", file.name).group(1)
    here = {"python_version": python, "sys_platform": "linux", "platform_machine": "x86_64"}
    for text in (text for group in groups for text in NEEDED[group]):
        asked = Requirement(text)
        if asked.marker and not asked.marker.evaluate(here):
            continue
        version = known.get(asked.name.lower().replace("_", "-"), "none")
        assert version != "none", f"{asked.name} is not pinned: run `make pins`"
        assert asked.specifier.contains(version), f"{text}: {version}: run `make pins`"
