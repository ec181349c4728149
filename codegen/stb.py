"""The headers by which the app reads and writes pictures, so that it builds offline."""

import re
from pathlib import Path

from zoo.errors import ToolchainError
from zoo.plugs import Library
from zoo.provenance.used import Thing, record
from zoo.tool import Tool

__all__ = ["STB", "stb_library", "stb_sources"]

_FOLDERS = (Path("/usr/include/stb"), Path("/usr/local/include/stb"), Path("/usr/include"))
_HEADERS = ("stb_easy_font.h", "stb_image.h", "stb_image_write.h")
_VERSION = re.compile(r"/\* stb_image - v([0-9.]+)")
STB = Tool(
    "stb",
    "file",
    tuple(str(folder / "stb_image.h") for folder in _FOLDERS),
    "pictures in the app",
    "apt install libstb-dev",
)
_LICENCE = "This software is available under 2 licenses"


def stb_sources() -> dict[str, bytes]:
    """Return the headers and the licence that they end with; raises ToolchainError."""
    folder = _folder()
    record(*(Thing("file", str(folder / name)) for name in _HEADERS))
    files = {name: (folder / name).read_bytes() for name in _HEADERS}
    files["LICENSE"] = _licence(files["stb_image.h"].decode("utf-8"))
    return {f"third_party/stb/{name}": content for name, content in files.items()}


def stb_library() -> Library:
    """Return what a bill of materials says of stb; its licence is among the sources."""
    header = _folder() / "stb_image.h"
    found = _VERSION.match(header.read_text("utf-8"))
    version = found.group(1) if found else "unknown"
    return Library("stb", version, "MIT OR Unlicense", header, texts={}, compiled_in=True)


def _folder() -> Path:
    for folder in _FOLDERS:
        if all((folder / name).is_file() for name in _HEADERS):
            return folder
    raise ToolchainError(
        f"the app reads pictures by stb, whose {', '.join(_HEADERS)} are in none of "
        f"{', '.join(map(str, _FOLDERS))}; apt install libstb-dev"
    )


def _licence(header: str) -> bytes:
    text = header[header.index(_LICENCE) :].removesuffix("*/\n").rstrip("-\n")
    return f"{text}\n".encode()
