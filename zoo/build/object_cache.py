"""Keeps the objects of programs: their C++ core is the same for all networks, C kernels for many.

`fill` compiles the units of a configured build, or copies their objects, before CMake builds it.
What that leaves, CMake compiles by this program in place of Zig, as with a generator that knows
only objects of its own (Ninja):

    python -m zoo.build.object_cache FOLDER SOURCE COMPILER WORD...

FOLDER: the cache (zoo.build.cache).  SOURCE: the folder of the program's sources.

The key is the command, the compiler's file, and the names and contents of all files that the unit
includes, but not the place of the sources: an object does not depend on it (-ffile-prefix-map).
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from zoo.build.cache import Cache, Task
from zoo.errors import CacheError
from zoo.zig import zig_cache_folder

__all__ = ["COMMANDS", "compile_unit", "fill", "included_files", "objects_folder"]

COMMANDS = "compile_commands.json"
"""CMake's file of the compile commands, in the folder of a build."""

_INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include(?:_next)?[ \t]*[<"]([^>"\n]+)[>"]', re.MULTILINE)
_FOLDER_OPTIONS = ("-I", "-isystem")
_NOTED = ("-MD", "-MF", "-MT")
"""Options for notes of what a unit includes; the object does not depend on them."""
_OBJECT = "unit.o"


def objects_folder() -> Path:
    """Return where the objects of programs are kept; it may be removed at any time."""
    return zig_cache_folder() / "edgezoo-objects"


def fill(folder: Path, source: Path, build: Path) -> None:
    """Put the objects of all units into a configured build.

    A unit that cannot be compiled is left out: CMake compiles it again, and says what is wrong.
    folder: the cache.  build: has COMMANDS.
    """
    commands = json.loads((build / COMMANDS).read_text("utf-8"))
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(lambda entry: _fill_one(folder, source, entry), commands))


def _fill_one(folder: Path, source: Path, entry: Mapping[str, str]) -> None:
    words, place = shlex.split(entry["command"]), Path(entry["directory"])
    if __name__ in words:  # some versions of CMake have the launcher in it
        words = words[words.index(__name__) + 3 :]
    (place / _value(words, "-o")).parent.mkdir(parents=True, exist_ok=True)
    compile_unit(folder, source, words, place)


def compile_unit(
    folder: Path, source: Path, command: Sequence[str], place: Path | None = None
) -> int:
    """Run a compile command, or copy the object that it made before; return its exit status.

    folder: the cache; where it cannot be written, the command just runs.
    place: where it runs, in silence; None for here.
    """
    unit = Path(_value(command, "-c"))
    task = Task("object", unit.stem, options=_ingredients(source, unit, command, place))
    try:
        return _perform(Cache(folder), task, command, place)
    except CacheError:
        return _run(command, place)


def included_files(unit: Path, command: Sequence[str]) -> Iterator[Path]:
    """Yield a unit and all files that it may include, at any depth, whatever its conditions.

    command: names the folders of headers. The compiler's own headers are not found, but belong
    to the compiler.
    """
    folders = [Path(folder) for folder in _folders(command)]
    seen, waiting = set[Path](), [unit]
    while waiting:
        file = waiting.pop()
        if file in seen or not file.is_file():
            continue
        seen.add(file)
        yield file
        for name in _INCLUDE.findall(file.read_bytes()):
            waiting += [place / name.decode("utf-8") for place in (file.parent, *folders)]


def _perform(cache: Cache, task: Task, command: Sequence[str], place: Path | None) -> int:
    target = (place or Path()) / _value(command, "-o")

    def run(out: Path) -> None:
        status = _run(command, place)
        if status:
            raise _FailedError(status)
        shutil.copyfile(target, out / _OBJECT)

    try:
        outcome = cache.perform(task, run)
    except _FailedError as failure:
        return failure.status
    if outcome.hit:
        shutil.copyfile(outcome.folder / _OBJECT, target)
    return 0


class _FailedError(Exception):
    """The compiler failed."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _ingredients(
    source: Path, unit: Path, command: Sequence[str], place: Path | None
) -> Mapping[str, object]:
    """Return all that the object depends on, in JSON types."""
    roots = (source, place or Path.cwd())
    compiler = Path(command[0]).stat()
    ours = {*_NOTED, *(_value(command, option) for option in ("-c", "-o", "-MF", "-MT"))}
    files = {_inside(file, roots): _digest(file, source) for file in included_files(unit, command)}
    return {
        "command": [_placeless(word, source) for word in command if word not in ours],
        "compiler": [compiler.st_size, compiler.st_mtime_ns],
        "files": files,
    }


def _inside(file: Path, roots: Sequence[Path]) -> str:
    """Return a file's path in the sources or in the build, which may be anywhere."""
    root = next((root for root in roots if file.is_relative_to(root)), None)
    return str(file.relative_to(root) if root else file)


def _digest(file: Path, source: Path) -> str:
    """Return a digest of a file's content; unity units name the files they include by path."""
    return sha256(file.read_bytes().replace(str(source).encode(), b".")).hexdigest()


def _placeless(word: str, source: Path) -> str:
    return word.replace(str(source), ".")


def _value(command: Sequence[str], option: str) -> str:
    """Return the word after an option, '' without it."""
    return command[command.index(option) + 1] if option in command else ""


def _folders(command: Sequence[str]) -> Iterator[str]:
    """Yield the folders of headers; the name may be the option's next word."""
    for option in _FOLDER_OPTIONS:
        for index, word in enumerate(command):
            if word.startswith(option):
                yield word.removeprefix(option) or command[index + 1]


def _run(command: Sequence[str], place: Path | None) -> int:
    silent = None if place is None else subprocess.DEVNULL
    finished = subprocess.run(command, cwd=place, stdout=silent, stderr=silent, check=False)
    return finished.returncode


if __name__ == "__main__":
    sys.exit(compile_unit(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))
