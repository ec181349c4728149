"""Calls a compiler, for programs too small for a CMake project."""

import subprocess
from collections.abc import Sequence

from zoo.errors import MissingToolError, ToolchainError

__all__ = ["call_compiler"]

_TIMEOUT_S = 600
_LOG_LINES = 15


def call_compiler(command: Sequence[str], what: str) -> None:
    """Run it; raises ToolchainError with the end of its messages, or if it is missing.

    what: the thing being built, for the message.
    """
    failed = f"building {what} failed: "
    try:
        finished = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT_S,
            check=False,
        )
    except OSError as error:
        raise MissingToolError(
            f"{failed}{command[0]} cannot be started ({error.strerror}); install it"
        ) from error
    if finished.returncode != 0:
        end = "\n".join(finished.stderr.splitlines()[-_LOG_LINES:])
        raise ToolchainError(f"{failed}{' '.join(command)}\n{end}")
