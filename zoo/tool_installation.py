"""One command that installs what is missing, made of the remedies of tools."""

import os
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from zoo.tool import Tool

__all__ = ["Installation", "installation"]

_SCRIPT = "scripts/toolchains"
_WORDS = r"((?:'[^']+'|[\w.+=<>\[\]-]+)(?: (?:'[^']+'|[\w.+=<>\[\]-]+))*)"
"""What installers take: names in a row, quoted where a shell needs it."""
_CLONE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Installation:
    """command: of a shell, '' for none.  by_hand: tools that no command installs."""

    command: str
    by_hand: tuple[Tool, ...]


def installation(tools: Iterable[Tool], clone: Path = _CLONE) -> Installation:
    """Return how to install these tools.

    clone: of the zoo's repository, whose Makefile and scripts install some; they are left to hand
    where it has none.
    """
    wanted: dict[str, dict[str, None]] = {program: {} for program in _INSTALLERS}
    by_hand = []
    for tool in dict.fromkeys(tools):
        program, words = _parsed(tool.remedy)
        if program in _OF_CLONE and not (clone / _OF_CLONE[program]).is_file():
            program = ""
        if not program:
            by_hand.append(tool)
        else:
            wanted[program].update(dict.fromkeys(words))
    commands = [_INSTALLERS[name](clone) + words for name, words in _lists(wanted)]
    return Installation(" && ".join(map(shlex.join, commands)), tuple(by_hand))


def _lists(wanted: Mapping[str, Mapping[str, None]]) -> list[tuple[str, list[str]]]:
    return [(name, list(words)) for name, words in wanted.items() if words]


def _parsed(remedy: str) -> tuple[str, list[str]]:
    """Return the installer and its words, '' for a remedy that is no such command."""
    for program in _INSTALLERS:
        if found := re.fullmatch(rf"{re.escape(program)} {_WORDS}", remedy):
            return program, shlex.split(found[1])
    return "", []


def _apt(_: Path) -> list[str]:
    return [*([] if os.geteuid() == 0 else ["sudo"]), "apt", "install"]


def _script(clone: Path) -> list[str]:
    return [_SCRIPT if _is_here(clone) else str(clone / _SCRIPT)]


def _make(clone: Path) -> list[str]:
    return ["make", *([] if _is_here(clone) else ["-C", str(clone)])]


def _pip(_: Path) -> list[str]:
    return ["pip", "install"]


def _is_here(clone: Path) -> bool:
    return Path.cwd() == clone


_INSTALLERS: Mapping[str, Callable[[Path], list[str]]] = {
    "apt install": _apt,
    _SCRIPT: _script,
    "make": _make,
    "pip install": _pip,
}
"""The beginning of a remedy, and how that is called; system packages come first."""
_OF_CLONE = {_SCRIPT: _SCRIPT, "make": "Makefile"}
"""Files of the repository that these need."""
