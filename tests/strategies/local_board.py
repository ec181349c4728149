"""A board that is this machine: an ssh server of one test run, on a port of its own."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SSHD = Path("/usr/sbin/sshd")
_TIMEOUT_S = 20


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
    """Run sshd as this user, with keys that are made for it."""
    port, temporary = _free_port(), folder / "board"
    temporary.mkdir()
    for key in ("host_key", "user_key"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key], check=True
        )
    shutil.copyfile(folder / "user_key.pub", folder / "authorized_keys")
    (folder / "sshd_config").write_text(_server(folder, port, temporary))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd wants it as root
    server = subprocess.Popen(
        [SSHD, "-D", "-e", "-f", folder / "sshd_config"], stderr=subprocess.DEVNULL
    )
    try:
        _wait(server, port)
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


def _server(folder: Path, port: int, temporary: Path) -> str:
    return (
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {folder}/host_key\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        f"SetEnv TMPDIR={temporary}\n"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: subprocess.Popen, port: int) -> None:
    end_s = time.monotonic() + _TIMEOUT_S
    while server.poll() is None and time.monotonic() < end_s:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("sshd did not start")
