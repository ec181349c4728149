"""What compiles and runs WebAssembly here."""

import shutil
from importlib.util import find_spec

__all__ = ["missing_for_wasm"]


def missing_for_wasm() -> str:
    """Return what is missing, and what installs it, '' for nothing."""
    if find_spec("ziglang") is None:
        return "no Zig; make setup installs it"
    return "" if shutil.which("node") else "no Node; scripts/toolchains browser installs it"
