"""This machine as a board: a bundle's program runs here."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from zoo.bench.ssh import Finished

__all__ = ["ThisMachine"]


@dataclass(frozen=True)
class ThisMachine:
    """Runs scripts as `zoo.bench.ssh.Connection` does on another machine."""

    host: str = "this machine"

    def run(self, script: str, stdin: Path | None = None) -> Finished:
        """Run a script in sh."""
        with (stdin or Path("/dev/null")).open("rb") as file:
            done = subprocess.run(
                ["sh", "-c", script],
                stdin=file,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        return Finished(done.returncode, done.stdout, done.stderr)
