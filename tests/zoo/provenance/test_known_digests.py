import os
from pathlib import Path
from time import time_ns

import pytest

from zoo.digest import digest_path
from zoo.provenance import known_digests
from zoo.provenance.known_digests import code_digests, kept_in

DAMAGED = [b"", b"[]", b"[" * 200_000, b"{", b'{"digests": 1}', b"\xff\xfe"]


@pytest.fixture
def cache(tmp_path):
    """Return the folder of what is kept."""
    with kept_in(tmp_path / "cache"):
        yield tmp_path / "cache"


@pytest.fixture
def code(tmp_path):
    """Return two files that did not change just now."""
    folder = tmp_path / "code"
    folder.mkdir()
    paths = [folder / "a.py", folder / "b.py"]
    for path in paths:
        path.write_text(f"# {path.name}")
    return paths


@pytest.fixture
def later(monkeypatch):
    """Let a minute pass."""
    monkeypatch.setattr(known_digests, "time_ns", lambda: time_ns() + 60_000_000_000)


@pytest.fixture
def read(monkeypatch):
    """Return the files that are read, by name."""
    names: list[str] = []

    def reads(path: Path) -> str:
        names.append(path.name)
        return digest_path(path)

    monkeypatch.setattr(known_digests, "digest_path", reads)
    return names


@pytest.mark.usefixtures("later")
def test_files_that_did_not_change_are_read_once(cache, code, read):
    first = code_digests("room", code)
    assert first == [digest_path(path) for path in code]
    assert code_digests("room", code) == first
    assert read == ["a.py", "b.py"]
    assert len(list(cache.iterdir())) == 1


@pytest.mark.usefixtures("cache", "later")
@pytest.mark.parametrize("keeps_time", [False, True])
def test_a_changed_file_is_read_again(code, read, keeps_time):
    code_digests("room", code)
    before = code[0].stat()
    while code[0].stat().st_ctime_ns == before.st_ctime_ns:  # which cannot be set
        code[0].write_text("# A.py")
    if keeps_time:
        os.utime(code[0], ns=(before.st_atime_ns, before.st_mtime_ns))
    assert code_digests("room", code) == [digest_path(path) for path in code]
    assert read == ["a.py", "b.py", "a.py"]


@pytest.mark.usefixtures("cache")
def test_a_file_that_changed_just_now_is_read_again(code, read):
    """It may change once more within a step of the file system's clock."""
    code_digests("room", code)
    code_digests("room", code)
    assert read == ["a.py", "b.py"] * 2


@pytest.mark.usefixtures("cache", "later")
def test_installations_do_not_share(code, read, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.py").write_text("# other")
    for _ in range(2):
        code_digests("room", code)
        code_digests("room", [other / "a.py"])
    assert read == ["a.py", "b.py", "a.py"]


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("content", DAMAGED)
def test_what_is_damaged_is_not_used(cache, code, content):
    first = code_digests("room", code)
    next(cache.iterdir()).write_bytes(content)
    assert code_digests("room", code) == first


@pytest.mark.usefixtures("later")
def test_another_digest_is_not_used(cache, code):
    first = code_digests("room", code)
    kept = next(cache.iterdir())
    kept.write_text(kept.read_text().replace(first[0], first[1]))
    assert code_digests("room", code) == first


@pytest.mark.usefixtures("later")
def test_without_a_folder_files_are_read_each_time(tmp_path, code, read):
    first = code_digests("room", code)
    (tmp_path / "file").touch()
    with kept_in(tmp_path / "file"):
        assert code_digests("room", code) == first
    assert code_digests("room", code) == first
    assert read == ["a.py", "b.py"] * 3
