"""An SSH server for one user who has a key: every command is run by sh.

    python ssh_server.py FOLDER TMPDIR

FOLDER: gets host_key.pub, user_key, by which this user may log in, and then `port`.  TMPDIR: of the
commands.
"""

import asyncio
import getpass
import os
import sys
from functools import partial
from pathlib import Path

import asyncssh


class OneUser(asyncssh.SSHServer):
    """Lets this user in who holds a key."""

    def __init__(self, key: asyncssh.SSHKey) -> None:
        self._key = key

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == getpass.getuser() and key.public_data == self._key.public_data


async def serve(folder: Path, temporary: str) -> None:
    """Listen on a free port of this machine alone, without end."""
    host, user = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    host.write_public_key(folder / "host_key.pub")
    user.write_private_key(folder / "user_key")
    (folder / "user_key").chmod(0o600)
    server = await asyncssh.listen(
        "127.0.0.1",
        port=0,
        server_factory=partial(OneUser, user),
        server_host_keys=[host],
        process_factory=partial(run, temporary=temporary),
        encoding=None,
    )
    (folder / "port.part").write_text(str(server.get_port()))
    (folder / "port.part").rename(folder / "port")
    await server.wait_closed()


async def run(process: "asyncssh.SSHServerProcess[bytes]", temporary: str) -> None:
    """Run what the client asks for, with the variables that OpenSSH's server sets."""
    client, here = (process.get_extra_info(name)[:2] for name in ("peername", "sockname"))
    connection = " ".join(map(str, (*client, *here)))
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        *("sh", "-c", process.command or ""),
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        env={**os.environ, "TMPDIR": temporary, "SSH_CONNECTION": connection},
    )
    output, error = await child.communicate(await process.stdin.read())
    process.stdout.write(output)
    process.stderr.write(error)
    process.exit(child.returncode or 0)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2]))
