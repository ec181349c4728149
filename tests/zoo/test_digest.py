import hashlib

from hypothesis import given
from hypothesis import strategies as st

from zoo.digest import digest_json, digest_path, folder_digests


def test_file_digest_is_sha256(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"content")
    assert digest_path(path) == hashlib.sha256(b"content").hexdigest()


def test_folder_digests_are_sorted_by_relative_path(files):
    folder = files({"b/c.txt": b"1", "a.txt": b"2", "b/a.txt": b"3"})
    assert list(folder_digests(folder)) == ["a.txt", "b/a.txt", "b/c.txt"]


def test_folder_digest_sees_content_and_name(files):
    folder = files({"a.txt": b"1"})
    before = digest_path(folder)
    (folder / "a.txt").write_bytes(b"2")
    changed = digest_path(folder)
    (folder / "a.txt").write_bytes(b"1")
    assert digest_path(folder) == before != changed
    (folder / "a.txt").rename(folder / "b.txt")
    assert digest_path(folder) != before


@given(st.dictionaries(st.text(), st.integers()))
def test_json_digest_does_not_depend_on_order(value):
    assert digest_json(value) == digest_json(dict(reversed(value.items())))


def test_json_digest_depends_on_values():
    assert digest_json([1, "1"]) != digest_json(["1", 1])
