"""A board that is this machine: an SSH server of one test run, on a port of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from processes import until

_SERVER = Path(__file__).with_name("ssh_server.py")


@dataclass(frozen=True)
class LocalBoard:
    """host: for --ssh.  path: a PATH whose `ssh` knows the key.  temporary: the board's TMPDIR."""

    host: str
    path: str
    temporary: Path

    @property
    def leftovers(self) -> list[Path]:
        """Return what is left of bundles on the board."""
        return list(self.temporary.glob("zoo-bench-*"))


@contextmanager
def local_board(folder: Path) -> Iterator[LocalBoard]:
    """Run the server as this user, with keys that are made for it."""
    temporary = folder / "board"
    temporary.mkdir()
    server = subprocess.Popen([sys.executable, _SERVER, folder, temporary])
    try:
        port = _port(server, folder / "port")
        yield LocalBoard(f"127.0.0.1:{port}", client_path(folder, port), temporary)
    finally:
        server.terminate()
        server.wait()


def client_path(folder: Path, port: int) -> str:
    """Return a PATH with an `ssh` that goes by a config of its own, as users have one."""
    public = (folder / "host_key.pub").read_text()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {public}")
    (folder / "ssh_config").write_text(
        f"IdentityFile {folder}/user_key\nIdentitiesOnly yes\nIdentityAgent none\n"
        f"UserKnownHostsFile {folder}/known_hosts\nBatchMode yes\n"
    )
    programs = folder / "bin"
    programs.mkdir()
    (programs / "ssh").write_text(
        f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/ssh_config "$@"\n'
    )
    (programs / "ssh").chmod(0o755)
    return f"{programs}:{os.environ['PATH']}"


def _port(server: subprocess.Popen, note: Path) -> int:
    """Return the port, once the server listens."""
    until(lambda: note.exists() or server.poll() is not None)
    if not note.exists():
        raise RuntimeError(f"{_SERVER.name} did not start")
    return int(note.read_text())
