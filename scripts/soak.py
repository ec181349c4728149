"""Runs a bundle's program on camera frames for a long time, under a sanitizer.

    python scripts/soak.py BUNDLE MINUTES [--sanitizer address | thread | none]
        [--frames-per-second 30] [--clients-per-second 1]

BUNDLE is one for this machine, such as of `--target x86:c`. Its program is compiled from the
sources in it with the sanitizer, and looks at a stand-in for a camera, which delivers a golden
picture as MJPG without an end. It tracks, draws, and serves a client; others connect anew, read a
little and leave. A table tells frames and resident memory as they grow.

The exit status is 1 if the sanitizer reports anything, leaks at the end among it, if the program
ends by itself, or if memory grows by more than 8 MB after the first fifth of the time: 6.4 MB are
for the times of the last 100,000 frames, of which the program prints medians. That is asked only
without a sanitizer, which takes several times as much.
"""

import argparse
import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from PIL import Image

from codegen.cmake_build import cmake_build
from zoo.bundle.bundle import Bundle, unpack

CAMERA = Path(__file__).parents[1] / "tests" / "codegen" / "app" / "fake_camera.c"
SIDE = 320
"""Of the camera's frames, in pixels."""
SETTLED = 0.2
"""Fraction of the time after which queues, and what the sanitizer keeps, are full."""
GROWTH_BYTES = 8_000_000
"""By which memory may grow after that."""


@dataclass(frozen=True)
class Sample:
    """What the program has done, and the memory that it has then."""

    seconds: float
    frames: int
    resident_bytes: int


@dataclass(frozen=True)
class Soak:
    """A program under a sanitizer, and its surroundings."""

    program: Path
    environment: dict[str, str]
    port: int
    clients_per_second: float

    @property
    def words(self) -> list[str]:
        """The command line."""
        looks = ("--source", "/dev/video7", "--track", "--smooth", "--detect-every", "30")
        return [str(self.program), *looks, "--serve", str(self.port)]


def prepared(bundle: Bundle, folder: Path, asked: argparse.Namespace) -> Soak:
    """Return the program of `bundle`, compiled in `folder`. asked: the options."""
    sanitizer = "" if asked.sanitizer == "none" else f"-fsanitize={asked.sanitizer}"
    flags = f"{sanitizer} -g -fno-omit-frame-pointer"
    program = bundle.folder / bundle.manifest.program
    options = [f"-DCMAKE_{language}_FLAGS={flags}" for language in ("C", "CXX")]
    built = cmake_build(program.parent / "src", folder / "build", tuple(options))
    placed = program.with_name("soaked")  # beside the program: there it finds its model
    placed.write_bytes(built.read_bytes())
    placed.chmod(0o755)
    camera = folder / "fake_camera.so"
    size = (f"-DCAMERA_WIDTH={SIDE}", f"-DCAMERA_HEIGHT={SIDE}")
    subprocess.run(["gcc", *size, "-shared", "-fPIC", "-o", camera, CAMERA, "-ldl"], check=True)
    environment = {
        "LD_PRELOAD": str(camera),
        "CAMERA_FAULT": "endless",
        "CAMERA_PERIOD_US": str(int(1e6 / asked.frames_per_second)),
        "CAMERA_JPEG": str(frame(bundle, folder / "frame.jpg")),
        "ASAN_OPTIONS": "verify_asan_link_order=0:quarantine_size_mb=16",
        "TSAN_OPTIONS": "halt_on_error=1",
    }
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return Soak(placed, os.environ | environment, port, asked.clients_per_second)


def frame(bundle: Bundle, place: Path) -> Path:
    """Write the camera's frame: a golden picture of the detector, or of the network."""
    pictures = sorted((bundle.folder / "golden").rglob("*.png"), key=lambda path: -len(path.parts))
    Image.open(pictures[0]).convert("RGB").resize((SIDE, SIDE)).save(place, quality=85)
    return place


@contextmanager
def running(soak: Soak, log: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the program until the end of the context, then interrupt it."""
    with log.open("w") as errors:
        process = subprocess.Popen(
            soak.words, env=soak.environment, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def watched(soak: Soak, process: subprocess.Popen[str], seconds: float) -> Iterator[Sample]:
    """Yield a sample every minute, or ten in all if that is shorter, while the program runs."""
    frames: list[int] = [0]
    for job in (count_lines, look_on, come_and_go):
        Thread(target=job, args=(soak, process, frames), daemon=True).start()
    start, step = time.monotonic(), min(60, seconds / 10)
    for end in (step * (i + 1) for i in range(round(seconds / step))):
        while process.poll() is None and time.monotonic() < start + end:
            time.sleep(0.2)
        if process.poll() is not None:
            return
        yield Sample(end, frames[0], resident_bytes(process.pid))


def count_lines(_: Soak, process: subprocess.Popen[str], frames: list[int]) -> None:
    """Count the program's results."""
    assert process.stdout is not None
    for _line in process.stdout:
        frames[0] += 1


def look_on(soak: Soak, process: subprocess.Popen[str], _: list[int]) -> None:
    """Read the pictures that are served, without an end."""
    while process.poll() is None:
        read_some(soak.port, "/video", sys.maxsize)


def come_and_go(soak: Soak, process: subprocess.Popen[str], _: list[int]) -> None:
    """Connect, read a little and leave in the middle of it, so many times a second."""
    for path in itertools.cycle(("/", "/video", "/events", "/none")):
        if process.poll() is not None:
            return
        read_some(soak.port, path, 20_000)
        time.sleep(1 / soak.clients_per_second)


def read_some(port: int, path: str, most_bytes: int) -> None:
    """Read an answer of the program, until its end or for so many bytes."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            read = 0
            while read < most_bytes and (part := connection.recv(65536)):
                read += len(part)
    except OSError:
        time.sleep(0.5)  # it starts or ends


def resident_bytes(process_id: int) -> int:
    """Return the memory that a process has."""
    pages = int(Path(f"/proc/{process_id}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def growth_bytes(samples: Sequence[Sample]) -> int:
    """Return by how much memory grew after it settled."""
    settled = next(it for it in samples if it.seconds >= SETTLED * samples[-1].seconds)
    return samples[-1].resident_bytes - settled.resident_bytes


def main() -> int:
    """Run the program, print the table, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("minutes", type=float)
    parser.add_argument("--sanitizer", choices=["address", "thread", "none"], default="address")
    parser.add_argument("--frames-per-second", type=float, default=30)
    parser.add_argument("--clients-per-second", type=float, default=1)
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="zoo-soak-") as folder:
        place = Path(folder)
        bundle = unpack(asked.bundle, place / "bundle")
        soak = prepared(bundle, place, asked)
        samples = []
        print("| minutes | frames | memory, MB |\n|---|---|---|")
        with running(soak, place / "errors") as process:
            for it in watched(soak, process, 60 * asked.minutes):
                samples.append(it)
                cells = f"{it.seconds / 60:.1f} | {it.frames:,} | {it.resident_bytes / 1e6:.1f}"
                print(f"| {cells} |", flush=True)
            ended = process.poll()
        errors = (place / "errors").read_text("utf-8", errors="replace")
    status = verdict(samples, ended, process.returncode, errors)
    grows = asked.sanitizer == "none" and growth_bytes(samples) > GROWTH_BYTES
    return int(status or grows)


def verdict(samples: Sequence[Sample], early: int | None, status: int, errors: str) -> int:
    """Say what was found, and return the exit status.

    early: the status of a program that ended by itself.  status: how it ended when interrupted.
    """
    if early is not None or "Sanitizer" in errors or len(samples) < 2:
        print(f"fault: the program ended with {status}:\n{errors[-4000:]}", file=sys.stderr)
        return 1
    grown = growth_bytes(samples) / 1e6
    print(f"nothing reported; memory grew by {grown:.1f} MB after a fifth of the time")
    return 0


if __name__ == "__main__":
    sys.exit(main())
