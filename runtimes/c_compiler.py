"""Calls a C compiler for a network's sources."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from zoo.errors import ToolchainError

__all__ = ["compile_c"]

_TIMEOUT_S = 600
_LOG_LINES = 15


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
