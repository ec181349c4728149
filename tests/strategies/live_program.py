"""A program that serves its results, fed frame by frame, and requests to it by plain sockets."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from spot_app import App, spot

__all__ = ["FRAME", "Answer", "LiveProgram", "live_program"]

HEIGHT, WIDTH = 120, 160
FRAME = spot(50, 60).tobytes()


@dataclass(frozen=True)
class Answer:
    """The head of an answer, in lower case, and what follows in the same connection."""

    status: int
    headers: dict[str, str]
    stream: BinaryIO
    connection: socket.socket

    def close(self) -> None:
        """End the connection."""
        self.stream.close()
        self.connection.close()

    def body(self) -> bytes:
        """Return what follows until the connection ends."""
        return self.stream.read()

    def line(self) -> str:
        """Return the next line that is not empty."""
        while not (line := self._line()):
            pass
        return line

    def event(self) -> str:
        """Return the data of the next server-sent event."""
        return self.line().removeprefix("data: ")

    def picture(self) -> bytes:
        """Return the next JPEG of a multipart stream."""
        while not (line := self.line()).startswith("Content-Length: "):
            pass
        assert self._line() == ""
        return self.stream.read(int(line.removeprefix("Content-Length: ")))

    def _line(self) -> str:
        line = self.stream.readline()
        assert line.endswith(b"\n"), "the stream has ended"
        return line.decode().rstrip("\r\n")


@dataclass(frozen=True)
class LiveProgram:
    """A running program, and where it listens."""

    process: subprocess.Popen[bytes]
    port: int
    connections: ExitStack

    def feed(self, frames: int = 1) -> None:
        """Let frames arrive."""
        assert self.process.stdin
        self.process.stdin.write(FRAME * frames)
        self.process.stdin.flush()

    def record(self) -> str:
        """Return the next record on standard output."""
        assert self.process.stdout
        return self.process.stdout.readline().decode().rstrip("\n")

    def connect(self, content: bytes = b"") -> socket.socket:
        """Return a new connection that has sent a text."""
        connection = socket.create_connection(("127.0.0.1", self.port))
        self.connections.enter_context(connection)
        connection.sendall(content)
        return connection

    def ask(self, connection: socket.socket) -> Answer:
        """Return the answer that a connection gets."""
        stream = self.connections.enter_context(connection.makefile("rb"))
        status = int(stream.readline().split()[1])
        headers = {}
        while line := stream.readline().decode().strip():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        return Answer(status, headers, stream, connection)

    def get(self, path: str, *headers: str) -> Answer:
        """Return the answer to a request for a path."""
        lines = [f"GET {path} HTTP/1.1", "Host: localhost:8080", *headers, "", ""]
        return self.ask(self.connect("\r\n".join(lines).encode()))


@contextmanager
def live_program(app: App, *words: object) -> Iterator[LiveProgram]:
    """Run a program that serves at a free port, with these further words; its frames come later."""
    given = ["--model", app.model, "--onnxruntime", app.runtime_library, "--serve", "0"]
    command = [app.program, *given, "--source", f"raw:{WIDTH}x{HEIGHT}:-", *words]
    with subprocess.Popen(
        list(map(str, command)),
        env={},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            assert process.stderr
            line = process.stderr.readline().decode()
            assert line.startswith("live: http://"), line + process.stderr.read().decode()
            port = int(line.rpartition(":")[2].partition("/")[0])
            with ExitStack() as connections:
                yield LiveProgram(process, port, connections)
        finally:
            process.kill()
