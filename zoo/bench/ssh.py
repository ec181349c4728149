"""Another machine, reached with the user's OpenSSH client and its config."""

import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from zoo.errors import BoardError, MissingToolError, UsageError

__all__ = ["Connection", "Finished", "Shell", "connect", "destination_words"]

_FAILED = 255  # of ssh itself, not of the command it ran
_ALIVE = ("-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=10")


@dataclass(frozen=True)
class Finished:
    """Result of a command on the other machine."""

    status: int
    output: str
    error: str


class Shell(Protocol):
    """A machine that runs scripts."""

    @property
    def host(self) -> str:
        """Its name, for messages."""

    def run(self, script: str, stdin: Path | None = None) -> Finished:
        """Run a script in its sh."""


@dataclass(frozen=True)
class Connection:
    """An open login. words: the start of an ssh command line that uses it."""

    host: str
    words: tuple[str, ...]

    def run(self, script: str, stdin: Path | None = None) -> Finished:
        """Run a script in the other machine's sh; raises BoardError if the connection breaks."""
        finished = _ssh((*self.words, f"sh -c {shlex.quote(script)}"), stdin)
        if finished.status == _FAILED:
            raise _failure(self.host, finished.error)
        return finished


@contextmanager
def connect(host: str) -> Iterator[Connection]:
    """Log in once for all commands, so that a password or passphrase is asked for once.

    host: 'user@host' or 'user@host:port', or a name in the ssh config. Raises BoardError if it
    cannot be reached or refuses the login, ToolchainError without an ssh client.
    """
    destination = destination_words(host)
    with TemporaryDirectory(prefix="zoo-ssh-") as folder:
        socket = ("-S", f"{folder}/socket")
        opened = _ssh((*socket, "-M", "-N", "-f", *_ALIVE, *destination))
        if opened.status != 0:
            raise _failure(host, opened.error)
        try:
            yield Connection(host, (*socket, *destination))
        finally:
            _ssh((*socket, "-O", "exit", *destination))


def destination_words(host: str) -> tuple[str, ...]:
    """Return ssh's arguments for 'user@host:port'; an IPv6 address with a port is in brackets."""
    name, colon, port = host.rpartition(":")
    if not colon or (":" in name and not name.endswith("]")):
        name, port = host, ""
    name = name.replace("[", "").replace("]", "")
    if not name or name.startswith("-") or (port and not port.isdecimal()):
        raise UsageError(f"--ssh '{host}': expected user@host or user@host:port")
    return ("-p", port, name) if port else (name,)


def _ssh(words: tuple[str, ...], stdin: Path | None = None) -> Finished:
    program = shutil.which("ssh")
    if program is None:
        raise MissingToolError("no ssh on the PATH, which --ssh needs; apt install openssh-client")
    with (stdin or Path("/dev/null")).open("rb") as file:
        finished = subprocess.run(
            [program, *words],
            stdin=file,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    return Finished(finished.returncode, finished.stdout, finished.stderr)


def _failure(host: str, error: str) -> BoardError:
    """Return the error for ssh's message."""
    said = error.strip().rpartition("\n")[2].strip() or "ssh failed without a message"
    if "Permission denied" in said or "Too many authentication failures" in said:
        what, remedy = "refuses the login", "set user and key in ~/.ssh/config"
    elif "IDENTIFICATION HAS CHANGED" in error:
        *port, name = destination_words(host)
        name = name.rpartition("@")[2]
        name = f"[{name}]:{port[1]}" if port else name  # as in known_hosts
        what = "its host key is another than before"
        remedy = (
            "a new system on the board has a new key, but so has another machine in its place: if "
            f"you know why, ssh-keygen -R {shlex.quote(name)} forgets the old one; accept the new"
        )
    elif "Host key verification failed" in said:
        what, remedy = "its host key is unknown", "compare the key and accept it once"
    else:
        what, remedy = "cannot be reached", "check address and port, and that its ssh server runs"
    return BoardError(f"{host}: {what} ({said}); {remedy}, until plain `ssh` can log in")
