import hashlib

from hypothesis import given
from hypothesis import strategies as st

from zoo.digest import digest_code, digest_json, digest_path, folder_digests


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


def test_code_digest_sees_sources_only(files, monkeypatch):
    folder = files(
        {"toy_room/__init__.py": b"", "toy_room/ops/add.py": b"x = 1", "toy_room/a.hpp": b"//"}
    )
    monkeypatch.syspath_prepend(folder)
    digests = [digest_code("toy_room")]
    (folder / "toy_room" / "notes.txt").write_bytes(b"no source")
    assert digest_code("toy_room") == digests[0]
    for name, content in (
        ("ops/add.py", b"x = 2"),
        ("a.hpp", b"// changed"),
        ("CMakeLists.txt.j2", b"new"),
    ):
        (folder / "toy_room" / name).write_bytes(content)
        digests.append(digest_code("toy_room"))
    (folder / "toy_room" / "ops" / "add.py").rename(folder / "toy_room" / "add.py")
    digests.append(digest_code("toy_room"))
    assert len(set(digests)) == 5


def test_code_digest_of_a_package_without_init(files, monkeypatch):
    monkeypatch.syspath_prepend(files({"toy_bare/module.py": b"x = 1"}))
    assert len(digest_code("toy_bare")) == 64


def test_absent_package_has_no_digest():
    assert digest_code("no_such_package") == ""
