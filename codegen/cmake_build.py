"""Compiles an app's sources with CMake."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from zoo.errors import MissingToolError, ToolchainError
from zoo.program_end import ended
from zoo.tool import Tool

__all__ = ["CMAKE", "cmake_build"]

CMAKE = Tool("CMake", "program", ("cmake",), "building apps", "apt install cmake")
_TIMEOUT_S = 1800  # Zig may have to build its C++ library first, on a slow machine
_LOG_LINES = 15
_FLAGS = ("CFLAGS", "CXXFLAGS", "LDFLAGS")


def cmake_build(
    source: Path,
    out: Path,
    options: tuple[str, ...] = (),
    fill: Callable[[Path], object] = lambda out: None,  # noqa: ARG005
) -> Path:
    """Build `source` in `out` and return the program.

    options: additional configure options.  fill: puts objects into the configured build.
    Raises ToolchainError if CMake is missing, or with the end of the log and its path if the
    build fails.
    """
    cmake = _require_cmake()
    configure = [cmake, "-S", str(source), "-B", str(out), "-DCMAKE_BUILD_TYPE=Release", *options]
    build = [cmake, "--build", str(out), "--parallel", str(os.cpu_count() or 1)]
    log = _run(configure, source)
    fill(out)
    log += _run(build, source)
    program = out / "app"
    if not program.is_file():
        raise _failure("produced no program 'app'", log, source)
    return program


def _require_cmake() -> str:
    cmake = shutil.which("cmake")
    if cmake is None:
        raise MissingToolError("cannot build the app: no cmake on the PATH; apt install cmake")
    return cmake


def _run(command: list[str], source: Path) -> str:
    # Flags in the user's environment would change the program.
    environment = {k: v for k, v in os.environ.items() if k not in _FLAGS}
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
        raise _failure(f"failed with {ended(finished.returncode)}", finished.stdout, source)
    return finished.stdout


def _failure(what: str, log: str, source: Path) -> ToolchainError:
    handle, path = tempfile.mkstemp(prefix="zoo-app-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(log)
    end = "\n".join(log.splitlines()[-_LOG_LINES:])
    return ToolchainError(f"building the app of {source} {what}; the log is {path}\n{end}")
