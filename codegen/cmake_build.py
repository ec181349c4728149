"""Compiles an app's sources by CMake."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from zoo.errors import ToolchainError
from zoo.tool import Tool, find_tool

__all__ = ["BUILD_TOOLS", "CMAKE", "cmake_build"]

_PURPOSE = "building the app"
_COMPILER = Tool(
    "C++ compiler", "program", ("c++", "g++", "clang++"), _PURPOSE, "apt install g++", "CXX"
)
CMAKE = Tool("CMake", "program", ("cmake",), _PURPOSE, "apt install cmake")
BUILD_TOOLS = (_COMPILER, CMAKE)
_TIMEOUT_S = 600
_LOG_LINES = 15


def cmake_build(source: Path, out: Path, options: tuple[str, ...] = ()) -> Path:
    """Build `source` in `out` and return the program.

    options: further ones of cmake's first step. Raises ToolchainError where CMake or a compiler is
    missing, or with the end of the log and its place where the build fails.
    """
    cmake = _require_cmake()
    if not any(option.startswith("-DCMAKE_TOOLCHAIN_FILE=") for option in options):
        _require_compiler()
    configure = [cmake, "-S", str(source), "-B", str(out), "-DCMAKE_BUILD_TYPE=Release", *options]
    build = [cmake, "--build", str(out), "--parallel", str(os.cpu_count() or 1)]
    log = "".join(_run(command, source) for command in (configure, build))
    program = out / "app"
    if not program.is_file():
        raise _failure("made no program 'app'", log, source)
    return program


def _require_cmake() -> str:
    cmake = shutil.which("cmake")
    if cmake is None:
        raise ToolchainError("cannot build the app: no cmake on the PATH; apt install cmake")
    return cmake


def _require_compiler() -> None:
    if not find_tool(_COMPILER):
        candidates = os.environ.get("CXX") or ", ".join(_COMPILER.candidates)
        raise ToolchainError(
            f"cannot build the app: no C++ compiler ({candidates}) on the PATH; apt install g++"
        )


def _run(command: list[str], source: Path) -> str:
    # Flags of the user's shell would make another program of the same sources.
    environment = {k: v for k, v in os.environ.items() if k not in ("CXXFLAGS", "LDFLAGS")}
    environment["LC_ALL"] = "C"
    try:
        finished = subprocess.run(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        output = (error.stdout or b"").decode("utf-8", "replace")
        raise _failure(f"took more than {_TIMEOUT_S} s", output, source) from error
    if finished.returncode != 0:
        raise _failure(f"failed with status {finished.returncode}", finished.stdout, source)
    return finished.stdout


def _failure(what: str, log: str, source: Path) -> ToolchainError:
    handle, path = tempfile.mkstemp(prefix="zoo-app-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(log)
    end = "\n".join(log.splitlines()[-_LOG_LINES:])
    return ToolchainError(f"building the app of {source} {what}; the log is {path}\n{end}")
