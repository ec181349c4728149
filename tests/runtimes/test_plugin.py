"""Every file of the folders is registered under its board's or executor's name."""

from pathlib import Path

import pytest

import runtimes
from zoo import registry

ROOM = Path(runtimes.__file__).parent


def _names(folder: str) -> list[str]:
    files = (path.stem for path in (ROOM / folder).glob("*.py") if path.stem != "__init__")
    return sorted(name.replace("_", "-") for name in files)


@pytest.mark.parametrize("name", _names("boards"))
def test_boards(name):
    assert registry.load("target", name).name == name


@pytest.mark.parametrize("name", _names("executors"))
def test_executors(name):
    assert registry.load("executor", name).name == name
