"""External tools that plugins need: how to find them, their purpose, and how to install them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

__all__ = ["Tool", "find_tool", "install_extra", "tool_versions"]

_TIMEOUT_S = 20
_CLONE = Path(__file__).parents[1]
_TARGETS = {"train": "install", "cross": "setup"}
"""Makefile targets that are not named after what they install."""


@dataclass(frozen=True)
class Tool:
    """One external tool.

    kind: 'program' on the PATH, 'file' with an absolute path, Python 'module', or local docker
    'image'; nothing is downloaded.
    candidates: any of them suffices.  remedy: the command that installs it.
    variable: environment variable; if set, its value is the only candidate. For a program it may
    include arguments ('ccache g++').
    asks_version: arguments that make a program print its version on the first line.
    """

    name: str
    kind: str
    candidates: tuple[str, ...]
    purpose: str
    remedy: str
    variable: str = ""
    asks_version: tuple[str, ...] = ("--version",)


def find_tool(tool: Tool) -> str:
    """Return the tool's location, '' if not found."""
    return next((place for _, place in _found(tool)), "")


def install_extra(name: str) -> str:
    """Return the command that installs an extra of the zoo's distribution.

    In an environment created by a clone's Makefile, it is a target of that.
    """
    if (_CLONE / "Makefile").is_file() and Path(sys.prefix).parent == _CLONE:
        return f"make {_TARGETS.get(name, name)}"
    return f"pip install 'edgezoo[{name}]'"


def tool_versions(tools: Iterable[Tool]) -> dict[str, str]:
    """Return the versions of the installed tools, by name.

    For a program, its first line of output; for a module, its package version; for an image, its
    name. Files have none.
    """
    versions = {
        tool.name: _version(tool, *first) for tool in tools if (first := next(_found(tool), None))
    }
    return {name: text for name, text in versions.items() if text}


def _found(tool: Tool) -> Iterator[tuple[str, str]]:
    """Yield the candidates that exist, with their locations."""
    named = os.environ.get(tool.variable, "").strip() if tool.variable else ""
    for candidate in (named,) if named else tool.candidates:
        place = _place(tool.kind, candidate)
        if place:
            yield candidate, place


def _place(kind: str, candidate: str) -> str:
    if kind == "program":
        return shutil.which(candidate.split()[0]) or ""
    return candidate if _IS_HERE[kind](candidate) else ""


def _version(tool: Tool, candidate: str, place: str) -> str:
    if tool.kind == "program":
        words = (*candidate.split()[1:], *tool.asks_version)
        return _first_line(place, *words, modified_ns=Path(place).stat().st_mtime_ns)
    if tool.kind == "module":
        try:
            return version(candidate)
        except PackageNotFoundError:
            return ""
    return candidate if tool.kind == "image" else ""


@cache
def _first_line(*command: str, modified_ns: int) -> str:  # noqa: ARG001 (of the key)
    """Return the command's first line of output, '' if it fails; run once per program."""
    try:
        run = subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return run.stdout.decode("utf-8", "replace").strip().partition("\n")[0]


def _docker_has(image: str) -> bool:
    command = ["docker", "image", "inspect", image]
    try:
        found = subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return found.returncode == 0


_IS_HERE: Mapping[str, Callable[[str], object]] = {
    "file": os.path.exists,
    "module": find_spec,
    "image": _docker_has,
}
