"""Firefox without a window, driven by its Marionette protocol: JSON after its length, over TCP.

Protocol: https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from processes import until

__all__ = ["FIREFOX", "Firefox", "opened_firefox"]

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox") or ""
_PREFERENCES = {
    "marionette.port": 0,  # any that is free
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


class Firefox:
    """A session with a browser."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._rest, self._number = connection, b"", 0
        self._receive()  # which protocol it speaks
        self.call("WebDriver:NewSession", capabilities={})

    def call(self, method: str, **parameters: object) -> Any:
        self._number += 1
        text = json.dumps([0, self._number, method, parameters]).encode()
        self._connection.sendall(str(len(text)).encode() + b":" + text)
        _, _, error, result = self._receive()
        if error:
            raise RuntimeError(f"{method}: {error['message']}")
        return result

    def evaluate(self, script: str) -> Any:
        """Return what the body of an asynchronous function returns."""
        words = f"const done = arguments[0]; (async () => {{ {script} }})().then(done, done);"
        return self.call("WebDriver:ExecuteAsyncScript", script=words, args=[])["value"]

    def wait(self, condition: str) -> None:
        until(lambda: self.evaluate(f"return {condition}"))

    def _receive(self) -> Any:
        while b":" not in self._rest:
            self._rest += self._connection.recv(1 << 16)
        size, _, self._rest = self._rest.partition(b":")
        while len(self._rest) < int(size):
            self._rest += self._connection.recv(1 << 20)
        text, self._rest = self._rest[: int(size)], self._rest[int(size) :]
        return json.loads(text)


@contextmanager
def opened_firefox(profile: Path) -> Iterator[Firefox]:
    """Yield a session. profile: an empty folder."""
    lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in _PREFERENCES.items())
    (profile / "user.js").write_text("".join(lines))
    command = [FIREFOX, "--headless", "--marionette", "--no-remote", "--profile", str(profile)]
    environment = {**os.environ, "HOME": str(profile)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            port = _port(process, profile / "MarionetteActivePort")
            with socket.create_connection(("127.0.0.1", port)) as connection:
                firefox = Firefox(connection)
                yield firefox
                with suppress(OSError, ValueError):
                    firefox.call("Marionette:Quit", flags=["eForceQuit"])
            process.wait()
        finally:
            process.kill()


def _port(process: subprocess.Popen, note: Path) -> int:
    """Return the port that Firefox has chosen, once it listens there."""
    until(lambda: (note.exists() and note.read_text()) or process.poll() is not None)
    return int(note.read_text())
