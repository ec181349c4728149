"""Chromium without a window, driven by the DevTools protocol over two pipes.

Protocol: https://chromedevtools.github.io/devtools-protocol; with --remote-debugging-pipe, Chromium
reads from descriptor 3 and writes to descriptor 4, messages of JSON that end in a zero byte.
"""

import fcntl
import json
import os
import select
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from zoo.errors import MissingToolError, ProgramError, VerifyError
from zoo.tool import Tool, find_tool

__all__ = ["CHROMIUM", "Tab", "opened"]

CHROMIUM = Tool(
    "Chromium",
    "program",
    ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "proof of pages in a browser",
    "scripts/toolchains browser",
    "CHROMIUM",
)
_FLAGS = (
    *("--headless", "--disable-gpu", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no page of ours needs a network
    *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
    "--remote-debugging-pipe",
)
_DOMAINS = ("Page", "Runtime", "Log", "Network")
_ANSWER_S, _READY_S, _END_S = 120, 60, 20
_LOUD = ("error", "warning", "assert")
_SHOWN = 400
_CHUNK_BYTES = 1 << 20
_FREE_DESCRIPTOR = 10  # above those that the child has


class Tab:
    """A tab of a browser.

    problems: errors and warnings of the console, and exceptions.  requests: addresses that it
    asked for.
    """

    def __init__(self, write: int, read: int) -> None:
        self.problems: list[str] = []
        self.requests: list[str] = []
        self._write, self._read = write, read
        self._numbers, self._rest, self._session = count(1), b"", ""
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in _DOMAINS:
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: object) -> Mapping[str, Any]:
        """Return a method's result; raises VerifyError for an error."""
        number = next(self._numbers)
        message: dict[str, object] = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._send(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == number:
                break
        if "error" in answer:
            raise ProgramError(f"{CHROMIUM.name}: {method}: {answer['error'].get('message')}")
        result: Mapping[str, Any] = answer["result"]
        return result

    def evaluate(self, script: str) -> Any:  # noqa: ANN401 (JSON)
        """Return the value of an expression, awaited; raises VerifyError for an exception."""
        found = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in found:
            raise ProgramError(f"{CHROMIUM.name}: {_told(found['exceptionDetails'])}")
        return found["result"].get("value")

    def open(self, address: str, ready: str) -> None:
        """Open an address and wait until an expression is true; raises VerifyError."""
        failed = self.call("Page.navigate", url=address).get("errorText")
        if failed:
            raise ProgramError(f"{CHROMIUM.name}: {address}: {failed}")
        self.wait(ready)

    def wait(self, condition: str) -> None:
        """Wait until an expression is true; raises VerifyError."""
        end = time.monotonic() + _READY_S
        while not self.evaluate(condition):
            if time.monotonic() > end:
                told = "; ".join(self.problems) or "no error is told"
                raise ProgramError(f"{CHROMIUM.name}: the page does not get ready: {told}")
            time.sleep(0.02)

    def _send(self, message: bytes) -> None:
        rest = memoryview(message)
        try:
            while rest:
                rest = rest[os.write(self._write, rest) :]
        except BrokenPipeError as error:
            raise ProgramError(f"{CHROMIUM.name}: ended") from error

    def _receive(self) -> Mapping[str, Any]:
        while b"\0" not in self._rest:
            if not select.select([self._read], [], [], _ANSWER_S)[0]:
                raise ProgramError(f"{CHROMIUM.name}: gives no answer within {_ANSWER_S} s")
            content = os.read(self._read, _CHUNK_BYTES)
            if not content:
                raise ProgramError(f"{CHROMIUM.name}: ended")
            self._rest += content
        text, _, self._rest = self._rest.partition(b"\0")
        message: Mapping[str, Any] = json.loads(text)
        self._note(message.get("method", ""), message.get("params", {}))
        return message

    def _note(self, method: str, about: Mapping[str, Any]) -> None:
        """Keep what an event tells."""
        if method == "Runtime.exceptionThrown":
            self.problems.append(_told(about["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and about["type"] in _LOUD:
            self.problems.append(json.dumps(about["args"])[:_SHOWN])
        elif method == "Log.entryAdded" and about["entry"]["level"] in _LOUD:
            self.problems.append(about["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(about["request"]["url"][:_SHOWN])


@contextmanager
def opened() -> Iterator[Tab]:
    """Yield an empty tab of a new browser, which ends with the block.

    Raises ToolchainError without Chromium, VerifyError if it does not answer.
    """
    program = find_tool(CHROMIUM)
    if not program:
        raise MissingToolError(f"no {CHROMIUM.name} on the PATH; {CHROMIUM.remedy} installs it")
    with TemporaryDirectory(prefix="zoo-chromium-", ignore_cleanup_errors=True) as profile:
        process, write, read = _started(program, Path(profile))
        try:
            tab = Tab(write, read)
            yield tab
            with suppress(VerifyError):
                tab.call("Browser.close")
        finally:
            os.close(write)
            os.close(read)
            _end(process)


def _started(program: str, profile: Path) -> tuple[int, int, int]:
    """Return the process, and descriptors to write to and to read from it."""
    ours, theirs = [], []
    for is_theirs_read in (True, False):
        ends = os.pipe()
        kept, given = ends if not is_theirs_read else ends[::-1]
        ours.append(kept)
        theirs.append(fcntl.fcntl(given, fcntl.F_DUPFD_CLOEXEC, _FREE_DESCRIPTOR))
        os.close(given)
    own = ("--no-sandbox",) if os.geteuid() == 0 else ()  # root has none
    words = [program, *_FLAGS, *own, f"--user-data-dir={profile}", "about:blank"]
    actions = [
        (os.POSIX_SPAWN_DUP2, theirs[0], 3),
        (os.POSIX_SPAWN_DUP2, theirs[1], 4),
        *((os.POSIX_SPAWN_OPEN, each, os.devnull, os.O_RDWR, 0) for each in (0, 1, 2)),
    ]
    process = os.posix_spawn(program, words, os.environ, file_actions=actions, setpgroup=0)
    for descriptor in theirs:
        os.close(descriptor)
    return process, ours[0], ours[1]


def _end(process: int) -> None:
    """Wait for the browser's end, and end it and its processes if it takes too long."""
    end = time.monotonic() + _END_S
    while os.waitpid(process, os.WNOHANG) == (0, 0):
        if time.monotonic() > end:
            with suppress(ProcessLookupError):
                os.killpg(process, signal.SIGKILL)
            os.waitpid(process, 0)
            return
        time.sleep(0.02)


def _told(details: Mapping[str, Any]) -> str:
    """Return the text of an exception."""
    thrown = details.get("exception", {})
    text: str = thrown.get("description") or details.get("text", "")
    return text[:_SHOWN]
