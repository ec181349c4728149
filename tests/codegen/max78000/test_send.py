"""The program for the PC that sends pictures: a scripted board answers at a pseudo terminal."""

import importlib.util
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from max78000_firmware import (
    compile_firmware,
    demand_tools,
    message,
    request_of,
    run,
    sums_of,
    written,
)
from PIL import Image

PIXELS = 16 * 16 * 3
MESSAGE_BYTES = PIXELS + 12


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path, request_of()) / "send"


@pytest.fixture
def send(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Return the program as a module, beside its own modules."""
    names = ("contract", "png")
    monkeypatch.syspath_prepend(str(folder))
    kept = {name: sys.modules.pop(name, None) for name in names}
    spec = importlib.util.spec_from_file_location("send", folder / "send.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    for name, old in kept.items():
        sys.modules.pop(name, None)
        if old is not None:
            sys.modules[name] = old


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    pixels = np.random.default_rng(1).integers(0, 256, (16, 16, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


class Board:
    """Reads messages and answers each with its next line, at a pseudo terminal."""

    def __init__(self, answers: list[bytes]) -> None:
        self.received: list[bytes] = []
        self._master, self._slave = os.openpty()
        self.port = os.ttyname(self._slave)
        self._answers = answers
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        for answer in self._answers:
            content = b""
            while len(content) < MESSAGE_BYTES:
                content += os.read(self._master, MESSAGE_BYTES - len(content))
            self.received.append(content)
            os.write(self._master, answer)

    def close(self) -> None:
        self._thread.join(10)
        os.close(self._master)
        os.close(self._slave)


def program(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(folder / "send.py"), *map(str, words)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


def test_it_needs_nothing_of_the_zoo(folder: Path) -> None:
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"send.py", "contract.py", "contract.json", "png.py"} <= names
    assert program(folder, "--help").returncode == 0


def test_a_picture_and_its_answer(folder: Path, picture: Path) -> None:
    board = Board([b'{"model": "small"}\nnoise\n{"frame": 0, "sums": [1, 2]}\n', b'{"frame": 1}\n'])
    found = program(folder, board.port, picture, picture)
    board.close()
    assert found.returncode == 0, found.stderr
    assert [json.loads(line) for line in found.stdout.splitlines()] == [
        {"model": "small"},
        {"source": str(picture), "frame": 0, "sums": [1, 2]},
        {"source": str(picture), "frame": 1},
    ]
    pixels = np.asarray(Image.open(picture)).tobytes()
    assert board.received == [message(pixels)] * 2


def test_an_error_of_the_board_is_an_answer(folder: Path, picture: Path) -> None:
    board = Board([b'{"error": "a damaged picture"}\n'])
    found = program(folder, board.port, picture)
    board.close()
    assert json.loads(found.stdout) == {"source": str(picture), "error": "a damaged picture"}


def test_no_answer(folder: Path, picture: Path) -> None:
    board = Board([b""])
    found = program(folder, board.port, picture, "--timeout", 0.2)
    board.close()
    assert found.returncode == 1
    assert (
        found.stderr == "error: no answer from the board in 0.2 seconds; reset it and try again\n"
    )


def test_no_port(folder: Path, picture: Path, tmp_path: Path) -> None:
    found = program(folder, tmp_path / "none", picture)
    assert found.returncode == 1
    assert found.stderr.startswith("error: [Errno 2] No such file or directory")


def test_no_picture(folder: Path, tmp_path: Path) -> None:
    board = Board([])
    (tmp_path / "text.png").write_text("text")
    found = program(folder, board.port, tmp_path / "text.png")
    board.close()
    assert found.returncode == 1
    assert "text.png: cannot be read as a PNG picture" in found.stderr


def test_pixels_are_the_contracts(send: ModuleType) -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (16, 16, 3), np.uint8)
    np.testing.assert_array_equal(send.network_pixels(pixels), pixels)


@pytest.mark.toolchain
def test_the_firmware_reads_what_it_sends(send: ModuleType, tmp_path: Path) -> None:
    demand_tools()
    request = request_of()
    pixels = np.random.default_rng(3).integers(0, 256, (2, 16, 16, 3), np.uint8)
    sent = b"".join(send.message(send.network_pixels(picture)) for picture in pixels)
    program = compile_firmware(tmp_path / "firmware", "classify", "uart", "processor")
    records = [line["sums"] for line in run(program, sent) if "sums" in line]
    np.testing.assert_array_equal(records, sums_of(request, pixels, tmp_path / "model"))
