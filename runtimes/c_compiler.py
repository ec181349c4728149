"""Calls a C compiler for a network's sources."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

from zoo.build.object_cache import compile_unit, objects_folder
from zoo.errors import ToolchainError

__all__ = ["compile_c", "compile_library"]

_TIMEOUT_S = 600
_LOG_LINES = 15
_KERNELS = "kernels.c"
"""How the names of those sources end that many networks have in common."""
_COMPILER = re.compile(r"(.*-)?(gcc|clang)(-[0-9.]+)?")
"""How compilers are called that are one program, not a script before one."""
_PLAIN_OPTION = re.compile(r"-std=\w+|-O\w?|-fPIC")
_SEARCHED = ("CPATH", "C_INCLUDE_PATH", "COMPILER_PATH", "GCC_EXEC_PREFIX")
_ELF = b"\x7fELF"


def compile_c(command: Sequence[str], sources: Sequence[Path], result: Path) -> None:
    """Compile sources to a file; raises ToolchainError. command: compiler and options."""
    where = f"{command[0]}: "
    try:
        finished = subprocess.run(
            [*command, "-o", str(result), *map(str, sources)],
            env={**os.environ, "LC_ALL": "C"},
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolchainError(f"{where}cannot compile {sources[0].parent} ({error})") from error
    if finished.returncode != 0:
        end = "\n".join(finished.stderr.splitlines()[-_LOG_LINES:])
        raise ToolchainError(f"{where}failed on {sources[0].parent}\n{end}")


def compile_library(command: Sequence[str], sources: Sequence[Path], library: Path) -> None:
    """Compile sources side by side to a shared library, in a folder for its objects, too.

    The objects of kernels are kept: they take most of the time, and most networks share theirs.
    command: the compiler and its options for objects.  Raises ToolchainError.
    """
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        objects = list(threads.map(partial(_object, command, library.parent), sources))
    compile_c([*command, "-shared"], objects, library)


def _object(command: Sequence[str], folder: Path, source: Path) -> Path:
    """Compile a source in a folder, and return the object."""
    result = folder / f"{source.stem}.o"
    if not (source.name.endswith(_KERNELS) and _compile_kept(command, source, result)):
        compile_c([*command, "-c"], [source], result)
    return result


def _compile_kept(command: Sequence[str], source: Path, result: Path) -> bool:
    """Compile a source, or copy the object that is kept; return whether it is there."""
    program = _program(command)
    if not program:
        return False
    source, result = source.absolute(), result.absolute()
    words = (program, *command[1:], "-c", str(source), "-o", str(result))
    with suppress(OSError):  # `compile_c` says what is wrong
        return compile_unit(objects_folder(), source.parent, words, result.parent) == 0
    return False


def _program(command: Sequence[str]) -> str:
    """Return the compiler's file if what it makes depends on that and on plain options, else ''.

    A script or ccache calls another program, and some options and variables name other files.
    """
    compiler, *options = command
    program = Path(shutil.which(compiler) or "").resolve()
    is_plain = all(map(_PLAIN_OPTION.fullmatch, options))
    if not is_plain or any(map(os.environ.get, _SEARCHED)):
        return ""
    if not (program.is_file() and _COMPILER.fullmatch(program.name)):
        return ""
    with program.open("rb") as file:
        return str(program) if file.read(len(_ELF)) == _ELF else ""
