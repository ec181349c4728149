"""Distributions that exist only for one test, found by the zoo like installed ones."""

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from local_board import LocalBoard, local_board
from seen_anew import see_anew

from zoo.cli.main import cli

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Return install(distribution, module, source): a plugin of the module's name, version 1.0."""
    site = tmp_path / "site-packages"
    site.mkdir()

    def add(distribution: str, module: str, source: str) -> None:
        info = site / f"{distribution.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        headers = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n"
        (info / "METADATA").write_text(headers)
        (info / "entry_points.txt").write_text(f"[zoo]\n{module} = {module}\n")
        (site / f"{module}.py").write_text(source)
        monkeypatch.syspath_prepend(site)
        _forget(site)

    yield add
    monkeypatch.undo()
    _forget(site)


def _forget(site: Path) -> None:
    for module in site.glob("*.py"):
        sys.modules.pop(module.stem, None)
    see_anew()


@pytest.fixture
def files(tmp_path: Path) -> Callable[[Mapping[str, bytes]], Path]:
    """Return files(contents by relative path) -> a folder that holds them."""

    def write(contents: Mapping[str, bytes]) -> Path:
        folder = tmp_path / "files"
        for name, content in contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return folder

    return write


@pytest.fixture
def zoo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Return zoo(*words): the command line in this process, in an empty folder with a cache.

    An error that a user would meet is in the result's `exception`.
    """
    monkeypatch.setenv("ZOO_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> Result:
        return CliRunner().invoke(cli, [str(word) for word in words])

    return run


@pytest.fixture(scope="session")
def ssh_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBoard]:
    if shutil.which("ssh") is None:
        pytest.skip("no ssh: apt install openssh-client")
    with local_board(tmp_path_factory.mktemp("board")) as server:
        yield server


@pytest.fixture
def board(ssh_server: LocalBoard, monkeypatch: pytest.MonkeyPatch) -> LocalBoard:
    """A board that can be reached by ssh: this machine."""
    monkeypatch.setenv("PATH", ssh_server.path)
    return ssh_server
