import gzip
import io
import os
import random
import stat
import tarfile
import time

import pytest

from zoo.bundle.archive import pack, unpack
from zoo.errors import BundleError

CONTENTS = {
    "manifest.json": b"{}",
    "app/app": b"#!/bin/sh\n",
    "app.txt": b"sorts between app and app/app by character",
    "golden/photo.png": bytes(range(256)) * 8,
}


@pytest.fixture
def folder(files):
    folder = files(CONTENTS)
    (folder / "app" / "app").chmod(0o700)
    return folder


@pytest.fixture
def packed(folder, tmp_path):
    pack(folder, tmp_path / "toy.tar.gz", "toy", first="manifest.json")
    return tmp_path / "toy.tar.gz"


def is_found(archive, out):
    """Whether damage is told, or the file is refused as no archive at all."""
    try:
        return unpack(archive, out) != ""
    except BundleError:
        return True


def test_a_large_file_is_one_stream_of_any_number_of_threads(files, tmp_path, monkeypatch):
    half = random.Random(0).randbytes(1_500_000)
    folder = files({"manifest.json": b"{}", "weights": half + half[::-1] + half})
    pack(folder, tmp_path / "many.tar.gz", "toy", first="manifest.json")
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    pack(folder, tmp_path / "one.tar.gz", "toy", first="manifest.json")
    content = (tmp_path / "many.tar.gz").read_bytes()
    assert content == (tmp_path / "one.tar.gz").read_bytes()
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(content))) as archive:
        assert archive.extractfile("toy/weights").read() == half + half[::-1] + half
    assert unpack(tmp_path / "many.tar.gz", tmp_path / "out") == ""


def test_round_trip(packed, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    assert unpack(packed, out) == ""
    found = {p.relative_to(out / "toy").as_posix(): p for p in out.rglob("*") if p.is_file()}
    assert {name: path.read_bytes() for name, path in found.items()} == CONTENTS
    assert {name for name, path in found.items() if path.stat().st_mode & stat.S_IXUSR} == {
        "app/app"
    }


def test_first_comes_first_then_by_name(packed):
    with tarfile.open(packed) as tar:
        names = [member.name for member in tar if member.isreg()]
    assert names == ["toy/manifest.json", "toy/app.txt", "toy/app/app", "toy/golden/photo.png"]


def test_same_bytes_whatever_the_machine_does(packed, tmp_path, monkeypatch):
    first = packed.read_bytes()
    again = tmp_path / "again"
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    umask = os.umask(0o077)
    try:
        for name, content in reversed(CONTENTS.items()):
            path = again / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            os.utime(path, (1, 1))
        (again / "app" / "app").chmod(0o755)
        pack(again, packed, "toy", first="manifest.json")
    finally:
        os.umask(umask)
        monkeypatch.undo()
        time.tzset()
    assert packed.read_bytes() == first


def test_archive_can_be_read_by_others(packed):
    with tarfile.open(packed) as tar:
        member = tar.getmember("toy/app/app")
        assert (member.uid, member.gid, member.uname, member.mode) == (0, 0, "root", 0o755)
        assert member.mtime == 1_700_000_000


@pytest.mark.parametrize("bit", [0, 7])
def test_every_flipped_byte_is_found(packed, tmp_path, bit):
    whole = packed.read_bytes()
    for position in range(len(whole)):
        flipped = bytearray(whole)
        flipped[position] ^= 1 << bit
        packed.write_bytes(flipped)
        out = tmp_path / f"out{position}"
        out.mkdir()
        assert is_found(packed, out), position


def test_every_truncation_is_found(packed, tmp_path):
    whole = packed.read_bytes()
    for length in range(0, len(whole), 7):
        packed.write_bytes(whole[:length])
        out = tmp_path / f"out{length}"
        out.mkdir()
        assert is_found(packed, out), length


def test_appended_byte_is_found(packed, tmp_path):
    packed.write_bytes(packed.read_bytes() + b"\0")
    assert is_found(packed, tmp_path / "out")


def test_what_comes_before_the_damage_is_read(packed, tmp_path):
    content = bytearray(gzip.decompress(packed.read_bytes()))
    content[content.index(b"toy/golden/photo.png")] ^= 1  # the header's checksum is wrong now
    packed.write_bytes(_zipped(content))
    assert unpack(packed, tmp_path / "out")
    read = {p.name for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert read == {"manifest.json", "app.txt", "app"}


def _zipped(content: bytes | bytearray) -> bytes:
    """Return a gzip file with room for a digest, as `pack` writes it, and no digest in it."""
    plain = gzip.compress(content, mtime=0)
    return plain[:3] + b"\x10" + plain[4:10] + b"?" * 71 + b"\0" + plain[10:]


def _archive_of(member: tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.addfile(member, io.BytesIO(b"x" * member.size))
    return _zipped(buffer.getvalue())


@pytest.mark.parametrize("name", ["../evil", "toy/../../evil", "/tmp/evil-of-zoo-test"])
def test_member_outside_is_refused(packed, tmp_path, name):
    member = tarfile.TarInfo(name)
    member.size = 4
    packed.write_bytes(_archive_of(member))
    with pytest.raises(BundleError, match=r"evil.*' points outside it; do not use this archive"):
        unpack(packed, tmp_path / "out")
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE]
)
def test_links_and_devices_are_refused(packed, tmp_path, kind):
    member = tarfile.TarInfo("toy/link")
    member.type, member.linkname = kind, "manifest.json"
    packed.write_bytes(_archive_of(member))
    with pytest.raises(BundleError, match=r"'toy/link' is neither a file nor a folder; do not use"):
        unpack(packed, tmp_path / "out")


def test_missing_archive(tmp_path):
    with pytest.raises(
        BundleError,
        match=r"toy.tar.gz: cannot be read \(No such file or directory\); `zoo build` makes",
    ):
        unpack(tmp_path / "toy.tar.gz", tmp_path)
