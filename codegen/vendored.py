"""Libraries with headers in the sources of every C++ app, so that it builds offline."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from codegen.stb_fixes import mended
from codegen.templates import render
from zoo.errors import MissingToolError
from zoo.plugs import Library
from zoo.provenance.used import Thing, record
from zoo.tool import Tool

__all__ = ["VENDORED_TOOLS", "vendored_libraries", "vendored_sources"]

_STB_FOLDERS = (Path("/usr/include/stb"), Path("/usr/local/include/stb"), Path("/usr/include"))
_STB_IMAGE = "stb_image.h"
_STB_HEADERS = ("stb_easy_font.h", _STB_IMAGE, "stb_image_write.h")
_STB_LICENCE = "This software is available under 2 licenses"
_JSON_FOLDERS = (Path("/usr/include/nlohmann"), Path("/usr/local/include/nlohmann"))
_JSON_HEADER = "json.hpp"
_COPYRIGHT = re.compile(
    r"(?:SPDX-FileCopyrightText:|Copyright \([cC]\)) *(.+?)[ .*]*$", re.MULTILINE
)

_STB = Tool(
    "stb",
    "file",
    tuple(str(folder / "stb_image.h") for folder in _STB_FOLDERS),
    "pictures in the app",
    "apt install libstb-dev",
)
_JSON = Tool(
    "JSON for Modern C++",
    "file",
    tuple(str(folder / _JSON_HEADER) for folder in _JSON_FOLDERS),
    "JSON in the app",
    "apt install nlohmann-json3-dev",
)
VENDORED_TOOLS = (_STB, _JSON)


def vendored_sources() -> dict[str, bytes]:
    """Return their headers and licences below third_party; raises ToolchainError."""
    folders = {"stb": _stb_sources(), "nlohmann": _json_sources()}
    return {
        f"third_party/{folder}/{name}": content
        for folder, files in folders.items()
        for name, content in files.items()
    }


def vendored_libraries() -> tuple[Library, ...]:
    """Return their entries for the bill of materials; raises ToolchainError."""
    stb, json = _stb_folder() / _STB_IMAGE, _json_folder() / _JSON_HEADER
    ours = _library("stb", stb, r"/\* stb_image - v([0-9.]+)", "MIT OR Unlicense")
    changed = hashlib.sha256(_stb_sources()[_STB_IMAGE]).hexdigest()
    return (
        replace(ours, version=f"{ours.version}+edgezoo", sha256=changed),
        _library("nlohmann-json", json, "version ([0-9.]+)", "MIT"),
    )


def _library(name: str, header: Path, version: str, licence: str) -> Library:
    """Return a library with the version in its header; the licence is among the sources."""
    found = re.search(version, header.read_text("utf-8"))
    number = found.group(1) if found else "unknown"
    return Library(name, number, licence, header, texts={}, compiled_in=True)


def _stb_sources() -> dict[str, bytes]:
    """Return the headers and the licence at their end."""
    folder = _stb_folder()
    files = _read(folder, _STB_HEADERS)
    text = mended(files[_STB_IMAGE].decode("utf-8"), str(folder / _STB_IMAGE))
    licence = text[text.index(_STB_LICENCE) :].removesuffix("*/\n").rstrip("-\n")
    return {**files, _STB_IMAGE: text.encode(), "LICENSE": f"{licence}\n".encode()}


def _json_sources() -> dict[str, bytes]:
    """Return the headers and their named licence."""
    folder = _json_folder()
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*.hpp"))
    files = _read(folder, sorted(names))
    holders = {h for text in files.values() for h in _COPYRIGHT.findall(text.decode("utf-8"))}
    return {**files, "LICENSE": render("licences/MIT.txt.j2", holders=sorted(holders))}


def _read(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    """Return files, and record them as used."""
    files = {name: folder / name for name in names}
    record(*(Thing("file", str(file)) for file in files.values()))
    return {name: file.read_bytes() for name, file in files.items()}


def _stb_folder() -> Path:
    return _folder(_STB_FOLDERS, _STB_HEADERS, "pictures by stb", _STB)


def _json_folder() -> Path:
    return _folder(_JSON_FOLDERS, (_JSON_HEADER,), f"JSON by {_JSON.name}", _JSON)


def _folder(folders: Sequence[Path], headers: Sequence[str], what: str, tool: Tool) -> Path:
    for folder in folders:
        if all((folder / name).is_file() for name in headers):
            return folder
    raise MissingToolError(
        f"the app reads {what}, whose {', '.join(headers)} {'are' if headers[1:] else 'is'} in "
        f"none of {', '.join(map(str, folders))}; {tool.remedy}"
    )
