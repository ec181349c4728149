"""External tools that plugins need: what to look for, what for, and how to get it."""

import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

__all__ = ["Tool", "find_tool"]


@dataclass(frozen=True)
class Tool:
    """One external tool.

    kind: 'program' on the PATH, 'file' by absolute path, or 'module' of Python.
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
    return ""
