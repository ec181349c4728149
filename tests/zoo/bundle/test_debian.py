"""A bundle as a Debian package, read back, and by Debian's own tool where it is installed."""

import hashlib
import io
import lzma
import os
import shutil
import subprocess
import tarfile

import pytest

from zoo.bundle.debian import DebianPackage, pack_deb

PACKAGE = DebianPackage(
    control={
        "Package": "zoo-spot",
        "Version": "1.2",
        "Architecture": "arm64",
        "Maintainer": "nobody <nobody@nowhere.invalid>",
        "Description": "finds spots\n In pictures.",
    },
    place="usr/lib/zoo-spot",
    files={"etc/default/zoo-spot": b"OPTIONS=\n", "usr/share/doc/zoo-spot/copyright": b"free\n"},
    links={"usr/bin/zoo-spot": "../lib/zoo-spot/app/app"},
    scripts={"postinst": b"#!/bin/sh\n"},
)


@pytest.fixture
def bundle(tmp_path):
    folder = tmp_path / "bundle"
    (folder / "app").mkdir(parents=True)
    (folder / "app" / "app").write_bytes(b"\x7fELF" + bytes(3000))
    (folder / "app" / "app").chmod(0o700)
    (folder / "README.md").write_text("hello")
    return folder


def members(deb):
    """Return the archive's members by name, as ar(5) has them."""
    assert deb.startswith(b"!<arch>\n")
    found, at = {}, 8
    while at < len(deb):
        header = deb[at : at + 60].decode("ascii")
        assert header.endswith("`\n")
        size = int(header[48:58])
        found[header[:16].strip()] = deb[at + 60 : at + 60 + size]
        at += 60 + size + size % 2
    return found


def tar(content):
    return tarfile.open(fileobj=io.BytesIO(lzma.decompress(content)))


def test_it_is_made_of_three_members_in_order(bundle):
    found = members(pack_deb(PACKAGE, bundle))
    assert list(found) == ["debian-binary", "control.tar.xz", "data.tar.xz"]
    assert found["debian-binary"] == b"2.0\n"


def test_control_tells_size_digests_and_configuration(bundle):
    control = tar(members(pack_deb(PACKAGE, bundle))["control.tar.xz"])
    texts = {m.name: control.extractfile(m).read().decode() for m in control if m.isreg()}
    assert texts["./control"].splitlines() == [
        "Package: zoo-spot",
        "Version: 1.2",
        "Architecture: arm64",
        "Maintainer: nobody <nobody@nowhere.invalid>",
        "Description: finds spots",
        " In pictures.",
        "Installed-Size: 3",
    ]
    assert texts["./conffiles"] == "/etc/default/zoo-spot\n"
    digest = hashlib.md5(b"hello").hexdigest()
    assert f"{digest}  usr/lib/zoo-spot/README.md\n" in texts["./md5sums"]
    assert len(texts["./md5sums"].splitlines()) == 4
    assert control.getmember("./postinst").mode == 0o755


def test_data_have_folders_first_and_belong_to_root(bundle):
    data = tar(members(pack_deb(PACKAGE, bundle))["data.tar.xz"])
    names = [member.name for member in data]
    assert names[:2] == [".", "./etc"]
    assert all(name.rpartition("/")[0] in names[: names.index(name)] for name in names[1:])
    assert {(m.uid, m.gid, m.uname, m.gname, m.mtime) for m in data} == {
        (0, 0, "root", "root", 1_700_000_000)
    }
    assert data.getmember("./usr/lib/zoo-spot/app/app").mode == 0o755
    assert data.getmember("./usr/lib/zoo-spot/README.md").mode == 0o644
    assert data.getmember("./usr/bin/zoo-spot").linkname == "../lib/zoo-spot/app/app"


def test_the_same_files_give_the_same_bytes(bundle, tmp_path):
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    (other / "README.md").write_text("hello")
    shutil.copytree(bundle / "app", other / "app")
    os.utime(other / "README.md", (1, 1))
    assert pack_deb(PACKAGE, other) == pack_deb(PACKAGE, bundle)
    (other / "README.md").write_text("hullo")
    assert pack_deb(PACKAGE, other) != pack_deb(PACKAGE, bundle)


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb: apt install dpkg")
def test_debian_reads_it(bundle, tmp_path):
    deb = tmp_path / "zoo-spot.deb"
    deb.write_bytes(pack_deb(PACKAGE, bundle))
    fields = subprocess.check_output(["dpkg-deb", "--field", deb, "Package", "Version"], text=True)
    assert fields == "Package: zoo-spot\nVersion: 1.2\n"
    subprocess.run(["dpkg-deb", "--extract", deb, tmp_path / "root"], check=True)
    program = tmp_path / "root" / "usr" / "bin" / "zoo-spot"
    assert program.read_bytes() == (bundle / "app" / "app").read_bytes()
