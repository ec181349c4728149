"""A page in headless Chromium, by the DevTools protocol through two pipes."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pytest

__all__ = ["Page", "open_page"]

# Chromium reads commands at descriptor 3 and writes answers to 4.
_START = 'exec 3<&"$0" 4>&"$1"; shift; exec "$@"'
_PATIENCE_S = 60


@dataclass
class Page:
    """An open page."""

    commands: BinaryIO
    answers: BinaryIO
    session: str = ""
    count: int = 0

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Return the result of a method of the protocol."""
        self.count += 1
        call = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            call["sessionId"] = self.session
        self.commands.write(json.dumps(call).encode() + b"\0")
        self.commands.flush()
        while True:
            answer = json.loads(self._message())
            if answer.get("id") == self.count:
                assert "error" not in answer, answer
                return answer["result"]

    def value(self, expression: str) -> Any:
        """Return the value of an expression of JavaScript."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return found["result"].get("value")

    def wait(self, expression: str) -> Any:
        """Return the value of an expression as soon as it is true."""
        for _ in range(10 * _PATIENCE_S):
            if value := self.value(expression):
                return value
            time.sleep(0.1)
        raise AssertionError(f"never true: {expression}")

    def _message(self) -> bytes:
        text = bytearray()
        while (letter := self.answers.read(1)) != b"\0":
            assert letter, "Chromium has ended"
            text += letter
        return bytes(text)


@contextmanager
def open_page(folder: Path, url: str) -> Iterator[Page]:
    """Open a page with a profile in a folder; skips the test without Chromium."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium: apt install chromium")
    command_end, commands = os.pipe()
    answers, answer_end = os.pipe()
    words = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"]
    ends = (command_end, answer_end)
    process = subprocess.Popen(
        ["bash", "-c", _START, *map(str, ends), program, *words, f"--user-data-dir={folder}"],
        pass_fds=ends,
        stderr=subprocess.DEVNULL,
    )
    for end in ends:
        os.close(end)
    try:
        with open(commands, "wb") as to_it, open(answers, "rb") as from_it:  # noqa: PTH123
            page = Page(to_it, from_it)
            target = page.call("Target.createTarget", url=url)["targetId"]
            attached = page.call("Target.attachToTarget", targetId=target, flatten=True)
            page.session = attached["sessionId"]
            yield page
    finally:
        process.kill()
        process.wait()
