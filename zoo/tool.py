"""External tools that plugins need: what to look for, what for, and how to get it."""

import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

__all__ = ["Tool", "find_tool"]

_TIMEOUT_S = 20


@dataclass(frozen=True)
class Tool:
    """One external tool.

    kind: 'program' on the PATH, 'file' by absolute path, 'module' of Python, or 'image' that docker
    has here; nothing is downloaded.
    candidates: any of them will do.  remedy: the command that installs it.
    """

    name: str
    kind: str
    candidates: tuple[str, ...]
    purpose: str
    remedy: str


def find_tool(tool: Tool) -> str:
    """Return where the tool was found, '' if nowhere."""
    for candidate in tool.candidates:
        if tool.kind == "program" and (found := shutil.which(candidate)):
            return found
        if tool.kind == "file" and Path(candidate).exists():
            return candidate
        if tool.kind == "module" and find_spec(candidate) is not None:
            return candidate
        if tool.kind == "image" and _docker_has(candidate):
            return candidate
    return ""


def _docker_has(image: str) -> bool:
    command = ["docker", "image", "inspect", image]
    try:
        found = subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return found.returncode == 0
