"""Whether Zig has built its C++ library for a machine, which takes a minute or more."""

import os
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["is_built", "note_built"]


def is_built(words: Sequence[str]) -> bool:
    """Return whether `note_built` was called for this compile command, and Zig's cache kept."""
    return _note(words).is_file()


def note_built(words: Sequence[str]) -> None:
    """Note in Zig's cache that a program was built by a compile command, if it is writable."""
    with suppress(OSError):
        _note(words).touch()


def _note(words: Sequence[str]) -> Path:
    """Return a file in Zig's global cache, which is removed with it.

    Another installation of Zig, words[0], builds the library once more in the same cache.
    """
    try:
        release = version("ziglang")
    except PackageNotFoundError:
        release = ""
    key = sha256("\n".join((release, *words)).encode()).hexdigest()
    return _folder() / f"edgezoo-{key[:16]}"


def _folder() -> Path:
    """Return ZIG_GLOBAL_CACHE_DIR, or the default of Zig on Linux."""
    caches = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(os.environ.get("ZIG_GLOBAL_CACHE_DIR") or Path(caches) / "zig")
