"""The headers by which the app reads and writes pictures, so that it builds offline."""

from pathlib import Path

from zoo.errors import ToolchainError

__all__ = ["stb_sources"]

_FOLDERS = (Path("/usr/include/stb"), Path("/usr/local/include/stb"), Path("/usr/include"))
_HEADERS = ("stb_easy_font.h", "stb_image.h", "stb_image_write.h")
_LICENCE = "This software is available under 2 licenses"


def stb_sources() -> dict[str, bytes]:
    """Return the headers and the licence that they end with; raises ToolchainError."""
    for folder in _FOLDERS:
        if all((folder / name).is_file() for name in _HEADERS):
            files = {name: (folder / name).read_bytes() for name in _HEADERS}
            files["LICENSE"] = _licence(files["stb_image.h"].decode("utf-8"))
            return {f"third_party/stb/{name}": content for name, content in files.items()}
    raise ToolchainError(
        f"the app reads pictures by stb, whose {', '.join(_HEADERS)} are in none of "
        f"{', '.join(map(str, _FOLDERS))}; apt install libstb-dev"
    )


def _licence(header: str) -> bytes:
    text = header[header.index(_LICENCE) :].removesuffix("*/\n").rstrip("-\n")
    return f"{text}\n".encode()
