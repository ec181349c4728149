"""Where the Zig compiler is, a Python package, and what it keeps."""

import os
from importlib.util import find_spec
from pathlib import Path

from zoo.tool import Tool, install_extra

__all__ = ["ZIG", "zig_cache_folder", "zig_program"]

ZIG = Tool("Zig", "module", ("ziglang",), "compiling programs", install_extra("cross"))


def zig_program() -> str:
    """Return the path of Zig's program, '' if it is not installed."""
    package = find_spec("ziglang")
    if package is None or package.origin is None:
        return ""
    return str(Path(package.origin).with_name("zig"))


def zig_cache_folder() -> Path:
    """Return ZIG_GLOBAL_CACHE_DIR, or the default of Zig on Linux."""
    caches = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(os.environ.get("ZIG_GLOBAL_CACHE_DIR") or Path(caches) / "zig")
