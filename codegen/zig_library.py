"""What Zig's cache holds for all programs: its C++ library, and their objects.

Zig builds its C++ library once for each machine, which takes a minute or more.
"""

import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from codegen.cmake_build import cmake_build
from zoo.build.object_cache import fill, objects_folder
from zoo.zig import zig_cache_folder

__all__ = ["build_by_zig", "is_built", "note_built"]


def is_built(words: Sequence[str]) -> bool:
    """Return whether `note_built` was called for this compile command, and Zig's cache kept."""
    return _note(words).is_file()


def note_built(words: Sequence[str]) -> None:
    """Note in Zig's cache that a program was built by a compile command, if it is writable."""
    with suppress(OSError):
        _note(words).touch()


def build_by_zig(source: Path, out: Path, options: tuple[str, ...]) -> Path:
    """Build `source` in `out` as `cmake_build`, with the objects that are kept.

    options: of CMake, with Zig as the compiler.
    """
    folder, source = objects_folder(), source.absolute()
    words = ";".join((sys.executable, "-m", "zoo.build.object_cache", str(folder), str(source)))
    launchers = (f"-DCMAKE_{language}_COMPILER_LAUNCHER={words}" for language in ("C", "CXX"))
    options = (*options, *launchers, "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON")
    return cmake_build(source, out, options, partial(fill, folder, source))


def _note(words: Sequence[str]) -> Path:
    """Return a file in Zig's global cache, which is removed with it.

    Another installation of Zig, words[0], builds the library once more in the same cache.
    """
    try:
        release = version("ziglang")
    except PackageNotFoundError:
        release = ""
    key = sha256("\n".join((release, *words)).encode()).hexdigest()
    return zig_cache_folder() / f"edgezoo-{key[:16]}"
