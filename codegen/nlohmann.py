"""The headers by which the app reads and writes JSON, so that it builds offline."""

import re
from pathlib import Path

from codegen.templates import render
from zoo.errors import ToolchainError
from zoo.plugs import Library
from zoo.tool import Tool

__all__ = ["NLOHMANN", "nlohmann_library", "nlohmann_sources"]

_FOLDERS = (Path("/usr/include/nlohmann"), Path("/usr/local/include/nlohmann"))
_MAIN = "json.hpp"
_VERSION = re.compile(r"version ([0-9.]+)")
_COPYRIGHT = re.compile(
    r"(?:SPDX-FileCopyrightText:|Copyright \([cC]\)) *(.+?)[ .*]*$", re.MULTILINE
)
_REMEDY = "apt install nlohmann-json3-dev"
NLOHMANN = Tool(
    "JSON for Modern C++",
    "file",
    tuple(str(folder / _MAIN) for folder in _FOLDERS),
    "JSON in the app",
    _REMEDY,
)


def nlohmann_sources() -> dict[str, bytes]:
    """Return the headers and their licence; raises ToolchainError."""
    folder = _folder()
    headers = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*.hpp"))
    }
    holders = {h for text in headers.values() for h in _COPYRIGHT.findall(text.decode("utf-8"))}
    files = {**headers, "LICENSE": render("licences/MIT.txt.j2", holders=sorted(holders))}
    return {f"third_party/nlohmann/{name}": content for name, content in files.items()}


def nlohmann_library() -> Library:
    """Return what a bill of materials says of it; its licence is among the sources."""
    header = _folder() / _MAIN
    found = _VERSION.search(header.read_text("utf-8"))
    version = found.group(1) if found else "unknown"
    return Library("nlohmann-json", version, "MIT", header, texts={}, compiled_in=True)


def _folder() -> Path:
    for folder in _FOLDERS:
        if (folder / _MAIN).is_file():
            return folder
    raise ToolchainError(
        f"the app reads JSON by JSON for Modern C++, whose {_MAIN} is in none of "
        f"{', '.join(map(str, _FOLDERS))}; {_REMEDY}"
    )
