"""Where the Zig compiler is, a Python package."""

from importlib.util import find_spec
from pathlib import Path

from zoo.tool import Tool, install_extra

__all__ = ["ZIG", "zig_program"]

ZIG = Tool("Zig", "module", ("ziglang",), "compiling programs", install_extra("cross"))


def zig_program() -> str:
    """Return the path of Zig's program, '' if it is not installed."""
    package = find_spec("ziglang")
    if package is None or package.origin is None:
        return ""
    return str(Path(package.origin).with_name("zig"))
