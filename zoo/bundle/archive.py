"""Archives: a folder as tar.gz, byte-identical for the same files, and untrusted when read."""

import gzip
import hashlib
import io
import struct
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from zoo.errors import BundleError

__all__ = ["EPOCH_S", "pack", "unpack"]

# Every time stamp in an archive; it must not depend on the time of the build.
EPOCH_S = 1_700_000_000
# RFC 1952: magic, deflate, a comment follows, no time, no extra flags, unknown system.
_GZIP_START = b"\x1f\x8b\x08\x10\x00\x00\x00\x00\x00\xff"
_HEADER_BYTES = len(_GZIP_START) + len("sha256 ") + 64 + 1
_LEVEL = 6
_CHUNK_BYTES = 1 << 16
_DAMAGED = "the archive is cut off or damaged, copy it again"
_REPACKED = "the archive was packed again, by another program"


def pack(folder: Path, archive: Path, name: str, first: str) -> None:
    """Write a folder as NAME/...; the file `first` comes first, the others sorted by name."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for relative in sorted(names, key=lambda relative: relative != first):
            tar.addfile(*_member(folder / relative, f"{name}/{relative}"))
    archive.write_bytes(_deflate(buffer.getvalue()))


def unpack(archive: Path, folder: Path) -> str:
    """Extract the readable part of an archive; return what is wrong with it, '' for nothing.

    Raises BundleError if there is no archive, or a member is not a file or folder below `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        packed = archive.read_bytes()
    except OSError as error:
        raise BundleError(
            f"{archive}: cannot be read ({error.strerror}); `zoo build` makes bundles"
        ) from error
    if not packed.startswith(_GZIP_START[:2]):
        raise BundleError(
            f"{archive}: is not a bundle: it does not begin as a .tar.gz; `zoo build` makes bundles"
        )
    content, damage = _inflate(packed)
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
            for member in tar:
                _extract(tar, member, folder, archive)
    except tarfile.TarError:
        return damage or _DAMAGED
    return damage


def _member(path: Path, name: str) -> tuple[tarfile.TarInfo, io.BytesIO | None]:
    info = tarfile.TarInfo(name)
    info.mtime = EPOCH_S
    info.uname = info.gname = "root"
    if path.is_dir():
        info.type, info.mode = tarfile.DIRTYPE, 0o755
        return info, None
    content = path.read_bytes()
    info.size = len(content)
    info.mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
    return info, io.BytesIO(content)


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, archive: Path) -> None:
    path = (folder / member.name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BundleError(f"{archive}: {member.name!r} points outside it; do not use this archive")
    if member.isdir():
        path.mkdir(parents=True, exist_ok=True)
        return
    file = tar.extractfile(member) if member.isreg() else None
    if file is None:
        raise BundleError(
            f"{archive}: {member.name!r} is neither a file nor a folder; do not use this archive"
        )
    content = file.read()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o755 if member.mode & 0o100 else 0o644)


def _deflate(content: bytes) -> bytes:
    """Return a gzip file with a digest of everything after the comment in its comment.

    gzip's own checksum covers only the content; the digest detects a change to any byte.
    """
    deflater = zlib.compressobj(_LEVEL, wbits=-zlib.MAX_WBITS)
    trailer = struct.pack("<LL", zlib.crc32(content), len(content) & 0xFFFFFFFF)
    body = deflater.compress(content) + deflater.flush() + trailer
    return _header(body) + body


def _header(body: bytes) -> bytes:
    return _GZIP_START + f"sha256 {hashlib.sha256(body).hexdigest()}\0".encode()


def _inflate(packed: bytes) -> tuple[bytes, str]:
    """Return the readable part of a `_deflate`d file, and what is wrong with it, '' for nothing."""
    if not packed.startswith(_GZIP_START):
        with suppress(OSError, EOFError, zlib.error):
            return gzip.decompress(packed), _REPACKED
    header, body = packed[:_HEADER_BYTES], packed[_HEADER_BYTES:]
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    parts: list[bytes] = []
    for start in range(0, len(body), _CHUNK_BYTES):
        chunk = body[start : start + _CHUNK_BYTES]
        before = inflater.copy()
        try:
            parts.append(inflater.decompress(chunk))
        except zlib.error:
            return b"".join((*parts, *_until_damage(before, chunk))), _DAMAGED
    return b"".join(parts), "" if header == _header(body) else _DAMAGED


def _until_damage(inflater: "zlib._Decompress", chunk: bytes) -> Iterator[bytes]:
    for index in range(len(chunk)):
        try:
            yield inflater.decompress(chunk[index : index + 1])
        except zlib.error:
            return
