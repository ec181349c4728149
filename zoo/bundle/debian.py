"""Debian packages: a bundle as one reproducible .deb, written without Debian's tools.

Format: deb(5), ar(5). Archives are compressed by xz, as dpkg-deb does.
"""

import hashlib
import io
import lzma
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from zoo.bundle.archive import EPOCH_S

__all__ = ["DebianPackage", "pack_deb"]

_CONFIGURATION = "etc/"
_XZ_PRESET = 6


@dataclass(frozen=True)
class DebianPackage:
    """Package data of a bundle. Paths are relative to the board's root, without a leading slash.

    control: fields of the control file, in order; Installed-Size is added.
    place: the bundle's folder.  files, links: additional ones, contents and targets by path; files
    below etc/ are configuration, which upgrades keep.
    scripts: of the package manager by name, such as 'postinst'.
    """

    control: Mapping[str, str]
    place: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    scripts: Mapping[str, bytes] = field(default_factory=dict)


def pack_deb(package: DebianPackage, bundle: Path) -> bytes:
    """Return the .deb of a bundle's folder, byte-identical for the same files."""
    files = {f"{package.place}/{name}": (content, mode) for name, content, mode in _inside(bundle)}
    files |= {name: (content, 0o644) for name, content in package.files.items()}
    members = (
        ("debian-binary", b"2.0\n"),
        ("control.tar.xz", _tar_xz(_control(package, files), {})),
        ("data.tar.xz", _tar_xz(files, package.links)),
    )
    return b"!<arch>\n" + b"".join(_ar_member(name, content) for name, content in members)


_Files = Mapping[str, tuple[bytes, int]]


def _inside(bundle: Path) -> Iterator[tuple[str, bytes, int]]:
    for path in sorted(path for path in bundle.rglob("*") if path.is_file()):
        mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
        yield path.relative_to(bundle).as_posix(), path.read_bytes(), mode


def _control(package: DebianPackage, files: _Files) -> _Files:
    size_kib = -(-sum(len(content) for content, _ in files.values()) // 1024)
    fields = {**package.control, "Installed-Size": str(size_kib)}
    sums = [f"{hashlib.md5(content).hexdigest()}  {name}\n" for name, (content, _) in files.items()]
    made = {
        "control": "".join(f"{name}: {value}\n" for name, value in fields.items()),
        "md5sums": "".join(sorted(sums, key=lambda line: line.split("  ")[1])),
        "conffiles": "".join(f"/{name}\n" for name in files if name.startswith(_CONFIGURATION)),
    }
    described = {name: (text.encode(), 0o644) for name, text in made.items() if text}
    return {**described, **{name: (text, 0o755) for name, text in package.scripts.items()}}


def _tar_xz(files: _Files, links: Mapping[str, str]) -> bytes:
    """Return an archive with folders before their contents, everything owned by root."""
    names = sorted({*files, *links})
    folders = {str(parent) for name in names for parent in PurePosixPath(name).parents}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name in sorted({*names, *folders}, key=lambda name: PurePosixPath(name).parts):
            content, mode = files.get(name, (b"", 0o755))
            member = tarfile.TarInfo("./" if name == "." else f"./{name}")
            member.mode, member.mtime, member.size = mode, EPOCH_S, len(content)
            member.uname = member.gname = "root"
            if name in folders:
                member.type = tarfile.DIRTYPE
            elif name in links:
                member.type, member.linkname, member.mode = tarfile.SYMTYPE, links[name], 0o777
            tar.addfile(member, io.BytesIO(content))
    return lzma.compress(buffer.getvalue(), preset=_XZ_PRESET)


def _ar_member(name: str, content: bytes) -> bytes:
    header = f"{name:<16}{EPOCH_S:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n"
    return header.encode("ascii") + content + b"\n" * (len(content) % 2)
