"""Archives that nobody's `zoo build` wrote: always BundleError, in bounded memory and time."""

import gzip
import io
import tarfile
import tracemalloc
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.bundle.archive import unpack
from zoo.bundle.gzip_content import gzip_header
from zoo.errors import BundleError

MEMORY_BYTES = 64 << 20
_OF_GNU, _OF_POSIX = tarfile.GNU_FORMAT, tarfile.PAX_FORMAT


def member(name, content=b"x", **fields):
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


def tar_of(*members, kind=tarfile.USTAR_FORMAT):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=kind) as tar:
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def signed(content):
    """Return a gzip file as `zoo build` writes it: whoever changes it can do so, too."""
    body = zlib.compress(content, wbits=-15) + bytes(8)
    return gzip_header(body) + body


def with_header(content, place, field):
    """Change a field of the first header, and correct its checksum."""
    header = bytearray(content[:512])
    header[place : place + len(field)] = field
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    return bytes(header) + content[512:]


def refusal(content, tmp_path, pack=signed):
    archive = tmp_path / "bundle.tar.gz"
    archive.write_bytes(pack(content))
    tracemalloc.start()
    try:
        with pytest.raises(BundleError) as error:
            unpack(archive, tmp_path / "out")
        assert tracemalloc.get_traced_memory()[1] < MEMORY_BYTES
    finally:
        tracemalloc.stop()
    return str(error.value)


@pytest.mark.parametrize(
    "name", [".", "./a", "a/.", "a/..", "a/../b", "/a", "a//b", "../a", "", "a/./b"]
)
@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.DIRTYPE])
def test_names_that_are_not_plain(tmp_path, name, kind):
    content = b"" if kind == tarfile.DIRTYPE else b"x"
    plain = tar_of(member("placeholder", content, type=kind))
    said = refusal(with_header(plain, 0, name.encode().ljust(100, b"\0")), tmp_path)
    assert "points outside it; do not use this archive" in said
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    "names",
    [
        [("a", False), ("a", False)],
        [("a", False), ("a", True)],
        [("a", True), ("a", False)],
        [("a", False), ("a/b", False)],
        [("a/b", False), ("a", False)],
        [("a/b", False), ("a/b/c/d", False)],
    ],
)
def test_one_name_for_two_things(tmp_path, names):
    kinds = {False: (b"x", tarfile.REGTYPE), True: (b"", tarfile.DIRTYPE)}
    members = [member(name, kinds[folder][0], type=kinds[folder][1]) for name, folder in names]
    said = refusal(tar_of(*members), tmp_path)
    assert "is there twice, or below a file; do not use this archive" in said


EXTENSIONS = {
    "sparse": tar_of(member("a", b"x" * 512, type=tarfile.GNUTYPE_SPARSE), kind=_OF_GNU),
    "long name": tar_of(member("a" * 300), kind=_OF_GNU),
    "long name of POSIX": tar_of(member("a" * 300), kind=_OF_POSIX),
    "NUL in PAX": tar_of(member("a", pax_headers={"path": "a\0b"}), kind=_OF_POSIX),
    "negative size": tar_of(member("a", pax_headers={"size": "-1"}), kind=_OF_POSIX),
    "base-256 size": with_header(tar_of(member("a")), 124, b"\x80" + bytes(10) + b"\x01"),
    "negative base-256 size": with_header(tar_of(member("a")), 124, b"\xff" * 12),
    "folder with content": with_header(tar_of(member("a")), 156, b"5"),
    "not UTF-8": with_header(tar_of(member("a")), 0, b"\xe9"),
    "before POSIX": with_header(tar_of(member("a")), 257, bytes(8)),
}


@pytest.mark.parametrize("content", EXTENSIONS.values(), ids=EXTENSIONS)
def test_what_bundles_do_not_have(tmp_path, content):
    assert "do not use this archive" in refusal(content, tmp_path)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_size_beyond_the_file_is_damage(tmp_path):
    archive = tmp_path / "bundle.tar.gz"
    archive.write_bytes(signed(with_header(tar_of(member("a")), 124, b"77777777777\0")))
    assert unpack(archive, tmp_path / "out").startswith("the archive is cut off or damaged")


@pytest.mark.parametrize("pack", [signed, gzip.compress])
def test_a_deflate_bomb(tmp_path, pack):
    said = refusal(tar_of(member("a", bytes(64 << 20))), tmp_path, pack)
    assert "holds more than 4 GiB, or 100 times its size; do not use this archive" in said


def test_a_bomb_behind_the_end_mark(tmp_path):
    """What is not extracted is bounded, too."""
    assert "100 times its size" in refusal(tar_of(member("a")) + bytes(64 << 20), tmp_path)


def test_too_many_members(tmp_path):
    said = refusal(tar_of(*(member(f"{i}", b"") for i in range(10_001))), tmp_path)
    assert "holds more than 10,000 files and folders; do not use this archive" in said


@settings(max_examples=60)
@given(data=st.data())
def test_any_bytes_are_read_or_refused(tmp_path_factory, data):
    """Headers of all kinds with fields changed, checksums corrected, whole or cut off."""
    content = data.draw(st.sampled_from([*EXTENSIONS.values(), tar_of(member("a"), member("b/c"))]))
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, 500))
        content = with_header(content, place, data.draw(st.binary(min_size=1, max_size=12)))[:]
    content = content[: data.draw(st.integers(0, len(content)))]
    folder = tmp_path_factory.mktemp("any")
    (folder / "bundle.tar.gz").write_bytes(
        data.draw(st.sampled_from([signed, gzip.compress]))(content)
    )
    with suppress(BundleError):
        assert isinstance(unpack(folder / "bundle.tar.gz", folder / "out"), str)
    assert {path.name for path in folder.iterdir()} <= {"bundle.tar.gz", "out"}
