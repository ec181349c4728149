import os
from pathlib import Path

import pytest

from zoo.errors import NotWrittenError, UsageError
from zoo.file_content import demand_writable, write_whole


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


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("none/a.svg", "none/a.svg: there is no folder '.*none'; create it"),
        ("file/a.svg", "file/a.svg: there is no folder '.*file'"),
        ("folder", "folder: is a folder; give a file in it"),
        (f"{'a' * 300}.svg", r"a.svg: cannot be written \(File name too long\)"),
    ],
)
def test_a_result_that_cannot_be_written_is_told_before_the_work(tmp_path, name, told):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotWrittenError, match=told):
        demand_writable(tmp_path / name)


def test_a_folder_without_permission_takes_no_new_file(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda place, _: place != tmp_path)  # root may write anywhere
    os.mkfifo(tmp_path / "pipe")
    demand_writable(tmp_path / "pipe")
    with pytest.raises(NotWrittenError, match=r"a.svg: cannot be written \(Permission denied\)"):
        demand_writable(tmp_path / "a.svg")
    assert list(tmp_path.iterdir()) == [tmp_path / "pipe"]
