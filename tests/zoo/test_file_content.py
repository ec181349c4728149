import os
from pathlib import Path

import pytest

from zoo.errors import UsageError
from zoo.file_content import write_whole


def test_the_file_before_stays_if_the_next_cannot_be_written(tmp_path, monkeypatch):
    file = tmp_path / "a.json"
    write_whole(file, b"before")

    def full(path, content):
        with path.open("wb") as half:
            half.write(content[:1])
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UsageError, match=r"a.json: cannot be written \(No space left on device\)"):
        write_whole(file, b"after")
    assert file.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [file]


def test_devices_and_pipes_are_written_to(tmp_path):
    write_whole(Path(os.devnull), b"content")
    assert Path(os.devnull).is_char_device()
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_whole(tmp_path / "pipe", b"content")
    assert os.read(reader, 99) == b"content"
    os.close(reader)
