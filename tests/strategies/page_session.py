"""A page of the documents, followed as a reader follows it: one shell, one folder.

Fenced blocks count; other code does not. `sh` is typed into the shell. A block with a title is
saved under it in the shell's folder. `text` after `sh` is what the terminal shows, `...` for
anything.
"""

import os
import re
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

__all__ = ["Block", "Session", "blocks_of", "copied_clone", "follow", "shows"]

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r'^```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$', re.M | re.S
)
_MARK, _END = "=== page_session: block", "END_OF_PAGE_SESSION"
_OFFLINE = {
    "PIP_NO_INDEX": "1",
    "PIP_NO_DEPS": "1",
    "PIP_NO_BUILD_ISOLATION": "0",
    "PIP_QUIET": "1",
}
"""pip finds what is installed here. Its switch for isolation is a double negation."""


@dataclass(frozen=True)
class Block:
    """A fenced block. title: the file that it is, if it is one."""

    language: str
    title: str
    text: str

    @property
    def is_typed(self) -> bool:
        """Whether it goes into the shell."""
        return self.language == "sh" and not self.title


@dataclass(frozen=True)
class Session:
    """What the shell printed. printed: for each block, '' for those that print nothing."""

    status: int
    printed: tuple[str, ...]

    @property
    def end(self) -> str:
        """The last lines."""
        return "".join(self.printed)[-3000:]


def blocks_of(page: Path) -> list[Block]:
    """Return the fenced blocks of a page."""
    found = _BLOCK.finditer(page.read_text("utf-8"))
    return [Block(m["language"], m["title"] or "", m["text"]) for m in found]


def follow(blocks: list[Block], folder: Path, cache: Path) -> Session:
    """Type a page's blocks into one shell in a folder; it ends with the first that fails."""
    script = "".join(f"echo '{_MARK}'\n{_typed(block)}" for block in blocks)
    environment = {**os.environ, **_OFFLINE, "ZOO_CACHE": str(cache), "COLUMNS": "200"}
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    _, *printed = done.stdout.split(f"{_MARK}\n")
    return Session(done.returncode, tuple(printed))


def shows(wanted: str, printed: str) -> bool:
    """Return whether the terminal shows what a page says; lengths of spaces do not count."""
    parts = (re.escape(" ".join(part.split())) for part in wanted.split("..."))
    return bool(re.fullmatch(".*".join(parts), " ".join(printed.split())))


def copied_clone(folder: Path) -> Path:
    """Return a folder like a clone in which `make setup` has run, with this Python's packages."""
    folder.mkdir()
    for path in ROOT.iterdir():
        if path.name not in {"examples", "dist", ".venv", ".git", "site"}:
            (folder / path.name).symlink_to(path)
    copytree(ROOT / "examples", folder / "examples")
    environment = folder / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    packages = sysconfig.get_path("purelib", vars={"base": str(environment)})
    here = sysconfig.get_path("purelib")
    Path(packages, "here.pth").write_text(f"import site; site.addsitedir({here!r})\n")
    for name, module in (("zoo", "zoo"), ("pip", "pip")):
        program = environment / "bin" / name
        program.write_text(f'#!/bin/sh\nexec "{environment}/bin/python" -m {module} "$@"\n')
        program.chmod(0o755)
    for stamp in (".toolchains-base", ".setup"):
        (environment / stamp).touch()
    return folder


def _typed(block: Block) -> str:
    if block.title:
        return f"cat > '{block.title}' <<'{_END}'\n{block.text}{_END}\n"
    return block.text if block.is_typed else ""
